package io.diffusion4j.serving.jobs;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/**
 * What the {@link JobScheduler} gives rows to: pieces that are done a few at a time, such as the
 * images of a request. Its numbers are read under the scheduler's lock, and must be quick.
 */
public interface Work {
  /** The principal whose share of the rows it takes. */
  String owner();

  /** The model that runs the work; it stays open until the work ends. */
  ImagePipeline model();

  /** Its place among the work of all principals: the higher goes first. */
  int rank();

  /** How many pieces nobody has begun. */
  int piecesLeft();

  /** The most pieces that are done at once. */
  int mostAtOnce();

  /** What so many pieces cost, in megapixel steps; see {@code ResolvedRequest#cost}. */
  double cost(int pieces);

  /** What so many pieces add, at least, to the time of all; nothing if it is not known. */
  Duration leastTime(int pieces);

  /** Whether some of it was begun. */
  boolean hasBegun();

  /**
   * Does the next pieces.
   *
   * @param pause called between two steps, where others may have the rows for a while
   * @return whether there is more to do
   */
  boolean perform(int pieces, Runnable pause);

  /** Ends it with this error, before its next step. */
  void stop(StatusRuntimeException why);
}
