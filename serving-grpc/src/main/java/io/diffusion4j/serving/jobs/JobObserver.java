package io.diffusion4j.serving.jobs;

import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.StatusRuntimeException;

/**
 * A caller who waits for a {@link Job}.
 *
 * <p>Called by one thread at a time, in the order of the stream's events; must not block. The last
 * call is an event that is {@code finished}, or {@link #failed}.
 */
public interface JobObserver {
  /**
   * Told before all else what to call, from any thread and outside of all locks, if it gives up
   * before the end.
   */
  default void onGivingUp(Runnable leave) {}

  /** Called for every event except images, which are passed to {@link #image}. */
  void event(StreamGenerateImagesResponse event);

  /** Whether a preview would be sent now, so that none is made in vain. */
  boolean wantsPreview();

  void image(GeneratedImage image);

  void failed(StatusRuntimeException error);
}
