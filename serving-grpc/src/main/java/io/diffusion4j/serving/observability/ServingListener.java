package io.diffusion4j.serving.observability;

import io.grpc.Status;
import java.time.Duration;

/**
 * An observer of a server, for metrics, logs and health. {@link
 * io.diffusion4j.serving.ServingModule} shows how to bind one.
 *
 * <p>The methods run on the threads that do the work, several at once. They must not block or
 * throw.
 */
public interface ServingListener {
  /** Notifies that a call has ended, successfully or not. */
  default void callEnded(CallEnd call) {}

  /**
   * Notifies that a request was refused.
   *
   * @param reason the machine-readable reason, such as {@code QUEUE_FULL}; one of a small fixed
   *     set, so it can label a metric
   */
  default void refused(String reason) {}

  /**
   * Notifies that a request for images was admitted.
   *
   * @param principal the name of the caller
   * @param cost the cost of the request, in megapixel steps
   */
  default void admitted(String principal, double cost) {}

  /** Notifies that the number of waiting requests has changed. */
  default void queueChanged(int depth) {}

  /** Notifies that the estimated time for all waiting and running work has changed. */
  default void backlogChanged(Duration backlog) {}

  /**
   * Notifies that the first batch of a request is about to begin.
   *
   * @param waited the time that the request spent in the queue
   */
  default void requestBegan(Duration waited) {}

  /** Notifies that a request was stopped because all its clients have cancelled. */
  default void requestCancelled() {}

  /** Notifies that a batch has begun. */
  default void batchBegan(String model, int images) {}

  /** Notifies that a batch has ended, successfully or not. */
  default void batchEnded(String model, int images, BatchEnd end) {}

  /**
   * Notifies that a stage has taken one sampling step.
   *
   * @param stage the name of the stage
   * @param images the number of images in the batch
   * @param time the duration of the step
   */
  default void stepTaken(String stage, int images, Duration time) {}

  /** Notifies that previews were dropped because clients read too slowly. */
  default void previewsDropped(int previews) {}

  /**
   * Notifies that a filter has scored a batch.
   *
   * @param filter the name of the filter
   * @param images the number of images in the batch
   * @param time the duration
   */
  default void filtered(String filter, int images, Duration time) {}

  /**
   * Notifies that a filter has refused an image.
   *
   * @param concept the concept whose score is farthest above its threshold
   */
  default void imageRefused(String model, String filter, String concept) {}

  /** The outcome of a batch. */
  enum BatchEnd {
    /** The images are complete. */
    DRAWN,

    /** The model failed. */
    FAILED,

    /** The batch was stopped between two steps. */
    STOPPED
  }

  /**
   * A call that has ended.
   *
   * @param method the full name, such as {@code diffusion4j.v1.GenerationService/GenerateImages}
   * @param code the status code that the client received
   * @param time the time from the headers of the request to the end of the call
   * @param id the ID of the request if it has one, else the correlation ID of its errors
   * @param principal the name of the caller; empty if the call was not authenticated
   * @param prompt the prompt of the request; empty if it has none
   */
  record CallEnd(
      String method, Status.Code code, Duration time, String id, String principal, String prompt) {}
}
