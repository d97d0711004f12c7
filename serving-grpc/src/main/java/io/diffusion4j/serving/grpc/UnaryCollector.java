package io.diffusion4j.serving.grpc;

import io.diffusion4j.serving.jobs.JobEvent;
import io.diffusion4j.serving.jobs.JobObserver;
import io.diffusion4j.serving.request.ImageFile;
import io.diffusion4j.serving.v1.Accepted;
import io.diffusion4j.serving.v1.Finished;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;

/** An observer that collects the events of a job into one response. */
public final class UnaryCollector implements JobObserver {
  private final StreamObserver<GenerateImagesResponse> call;
  private final GenerateImagesResponse.Builder response = GenerateImagesResponse.newBuilder();

  /** Creates a collector that answers a unary call when the job ends. */
  public UnaryCollector(StreamObserver<GenerateImagesResponse> call) {
    this.call = call;
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
        call.onNext(response.build());
        call.onCompleted();
      }
      default -> {} // progress and previews are sent to streams only
    }
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
