package io.diffusion4j.serving.events;

import io.grpc.Status;
import java.time.Duration;

/**
 * Observes a server, for meters, logs and health; {@link io.diffusion4j.serving.ServingModule}
 * shows how to bind one.
 *
 * <p>Called by the threads that do the work, several at once. Must not block and must not throw.
 */
public interface ServingListener {
  /** A call has ended, in whichever way. */
  default void callEnded(CallEnd call) {}

  /**
   * A request was refused.
   *
   * @param reason for programs, such as {@code QUEUE_FULL}; one of few
   */
  default void refused(String reason) {}

  /** A request for images was admitted whose cost is so many megapixel steps. */
  default void admitted(String principal, double cost) {}

  /** The number of waiting requests has changed. */
  default void queueChanged(int depth) {}

  /** The estimated time of all waiting and running work has changed. */
  default void backlogChanged(Duration backlog) {}

  /** A request has waited so long, and its first batch is about to begin. */
  default void requestBegan(Duration waited) {}

  /** Nobody waited for a request any more, and it was stopped. */
  default void requestCancelled() {}

  /** A batch of images is being drawn from now on. */
  default void batchBegan(String model, int images) {}

  /** A batch of images is not being drawn any more. */
  default void batchEnded(String model, int images, BatchEnd end) {}

  /** Called after a stage's step of all images of a batch. */
  default void stepTaken(String stage, int images, Duration time) {}

  /** Previews were due that nobody could take: clients read too slowly. */
  default void previewsDropped(int previews) {}

  /** How a batch ended. */
  enum BatchEnd {
    /** Its images are there. */
    DRAWN,

    /** The model failed. */
    FAILED,

    /** It was stopped between two steps. */
    STOPPED
  }

  /**
   * A call, looked back on.
   *
   * @param method the full name, such as {@code diffusion4j.v1.GenerationService/GenerateImages}
   * @param code how it ended for the client
   * @param time from its headers to its end
   * @param id the request's id where it has one, else the one under which errors are logged
   * @param principal who called; empty if nobody was told
   * @param prompt the text of the request; empty if there was none
   */
  record CallEnd(
      String method, Status.Code code, Duration time, String id, String principal, String prompt) {}
}
