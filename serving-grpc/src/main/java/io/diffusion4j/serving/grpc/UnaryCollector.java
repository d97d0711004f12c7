package io.diffusion4j.serving.grpc;

import io.diffusion4j.serving.jobs.JobObserver;
import io.diffusion4j.serving.v1.Accepted;
import io.diffusion4j.serving.v1.Finished;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.Started;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;

/** The events of a job gathered into one answer. */
final class UnaryCollector implements JobObserver {
  private final StreamObserver<GenerateImagesResponse> call;
  private final GenerateImagesResponse.Builder response = GenerateImagesResponse.newBuilder();

  UnaryCollector(StreamObserver<GenerateImagesResponse> call) {
    this.call = call;
  }

  @Override
  public void accepted(Accepted event) {
    response
        .setRequestId(event.getRequestId())
        .setPlan(event.getPlan())
        .addAllWarnings(event.getWarningsList());
  }

  @Override
  public void started(Started event) {}

  @Override
  public void progress(Progress event) {}

  @Override
  public boolean wantsPreview() {
    return false;
  }

  @Override
  public void preview(Preview event) {}

  @Override
  public void image(GeneratedImage image) {
    response.addImages(image);
  }

  @Override
  public void finished(Finished event) {
    response.setUsage(event.getUsage()).addAllFailures(event.getFailuresList());
    call.onNext(response.build());
    call.onCompleted();
  }

  @Override
  public void failed(StatusRuntimeException error) {
    call.onError(error);
  }
}
