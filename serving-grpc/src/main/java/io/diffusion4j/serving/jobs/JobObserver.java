package io.diffusion4j.serving.jobs;

import io.diffusion4j.serving.v1.Accepted;
import io.diffusion4j.serving.v1.Finished;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.Started;
import io.grpc.StatusRuntimeException;

/**
 * A caller who waits for a {@link Job}.
 *
 * <p>Called by one thread at a time, in the order of the stream's events; must not block. The last
 * call is {@link #finished} or {@link #failed}.
 */
public interface JobObserver {
  /**
   * Told before all else what to call, from any thread and outside of all locks, if it gives up
   * before the end.
   */
  default void onGivingUp(Runnable leave) {}

  void accepted(Accepted event);

  void started(Started event);

  void progress(Progress event);

  /** Whether a preview would be sent now, so that none is made in vain. */
  boolean wantsPreview();

  void preview(Preview event);

  void image(GeneratedImage image);

  void finished(Finished event);

  void failed(StatusRuntimeException error);
}
