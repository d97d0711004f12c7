package io.diffusion4j.serving.grpc;

import io.diffusion4j.serving.jobs.JobEvent;
import io.diffusion4j.serving.jobs.JobObserver;
import io.diffusion4j.serving.request.ImageFile;
import io.diffusion4j.serving.v1.Accepted;
import io.diffusion4j.serving.v1.Finished;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.LongConsumer;

/**
 * An observer that collects the events of a job into one response. The response to a repeat counts
 * as memory until its client has read it: nothing has to be drawn for it, so there may be many.
 */
public final class UnaryCollector implements JobObserver {
  private final StreamObserver<GenerateImagesResponse> call;
  private final LongConsumer memory;
  private boolean repeated;
  private final GenerateImagesResponse.Builder response = GenerateImagesResponse.newBuilder();

  /**
   * Creates a collector that answers a unary call when the job ends.
   *
   * @param memory called with the bytes of a response to a repeat before it is sent; a {@link
   *     StatusRuntimeException} of it is sent instead
   */
  UnaryCollector(StreamObserver<GenerateImagesResponse> call, LongConsumer memory) {
    this.call = call;
    this.memory = memory;
  }

  /** Creates a collector whose response counts as no memory. */
  public UnaryCollector(StreamObserver<GenerateImagesResponse> call) {
    this(call, bytes -> {});
  }

  @Override
  public void onRepeat() {
    repeated = true;
  }

  @Override
  public void event(JobEvent happened) {
    var event = EventMessages.of(happened);
    switch (event.getEventCase()) {
      case ACCEPTED -> {
        Accepted accepted = event.getAccepted();
        response
            .setRequestId(accepted.getRequestId())
            .setPlan(accepted.getPlan())
            .addAllWarnings(accepted.getWarningsList());
      }
      case FINISHED -> {
        Finished finished = event.getFinished();
        response.setUsage(finished.getUsage()).addAllFailures(finished.getFailuresList());
        send(response.build());
      }
      default -> {} // progress and previews are sent to streams only
    }
  }

  private void send(GenerateImagesResponse all) {
    try {
      if (repeated) {
        memory.accept(all.getSerializedSize());
      }
    } catch (StatusRuntimeException e) {
      call.onError(e);
      return;
    }
    call.onNext(all);
    call.onCompleted();
  }

  @Override
  public boolean wantsPreview() {
    return false;
  }

  @Override
  public void image(ImageFile image) {
    response.addImages(image.message());
  }

  @Override
  public void failed(StatusRuntimeException error) {
    call.onError(error);
  }
}
