package io.diffusion4j.serving.jobs;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/**
 * Work for the {@link JobScheduler}, made of pieces that run a few at a time, such as the images of
 * a request. All methods except {@link #perform} and {@link #stop} are called under the scheduler's
 * lock and must not block.
 */
public interface Work {
  /** Returns the name of the principal whose share of the rows it takes. */
  String owner();

  /** Returns the model that runs the work; it stays open until the work ends. */
  ImagePipeline model();

  /** Returns the priority among the work of all principals; higher ranks run first. */
  int rank();

  /** Returns the number of pieces that have not begun. */
  int piecesLeft();

  /** Returns the largest number of pieces in one batch. */
  int mostAtOnce();

  /**
   * Returns the cost of a number of pieces in megapixel steps; see {@code ResolvedRequest#cost}.
   */
  double cost(int pieces);

  /** Returns the least time that a number of pieces adds to the total; zero if unknown. */
  Duration leastTime(int pieces);

  /** Returns whether any piece has begun. */
  boolean hasBegun();

  /**
   * Runs the next pieces. If it throws, the work ends and the scheduler only logs the exception.
   *
   * @param pieces the number of pieces, at most {@link #mostAtOnce}
   * @param pause to be called between two steps; blocks while other work has the rows
   * @return whether pieces are left
   */
  boolean perform(int pieces, Runnable pause);

  /** Ends the work with an error before its next step. */
  void stop(StatusRuntimeException why);
}
