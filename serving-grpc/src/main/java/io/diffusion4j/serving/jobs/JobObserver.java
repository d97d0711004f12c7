package io.diffusion4j.serving.jobs;

import io.diffusion4j.serving.request.ImageFile;
import io.grpc.StatusRuntimeException;

/**
 * An observer of a {@link Job}, usually on behalf of a call.
 *
 * <p>Methods are called by one thread at a time, in the order of the stream's events, and must not
 * block. The last call is {@link JobEvent.Finished}, or {@link #failed}.
 */
public interface JobObserver {
  /**
   * Sets the action that detaches this observer. Called before any other method.
   *
   * @param leave to be run if the observer gives up before the end, from any thread that holds no
   *     lock
   */
  default void onGivingUp(Runnable leave) {}

  /**
   * Called before any event, if the request is a repeat, whose answer costs nothing to draw: its
   * job exists already.
   */
  default void onRepeat() {}

  /** Called for every event except images, which are passed to {@link #image}. */
  void event(JobEvent event);

  /**
   * Returns whether the previews of the step that was reported last would be sent; if no observer
   * requests them, none is encoded.
   */
  boolean wantsPreview();

  /** Called for each image that was drawn. */
  void image(ImageFile image);

  /** Called last, if the job failed or was stopped. */
  void failed(StatusRuntimeException error);
}
