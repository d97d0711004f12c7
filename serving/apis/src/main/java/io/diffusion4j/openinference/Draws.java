package io.diffusion4j.openinference;

import io.diffusion4j.openinference.v2.ModelInferResponse;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GenerationServiceGrpc.GenerationServiceImplBase;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The requests that answer one call. If one of them fails, or not all of its images are drawn, the
 * others are cancelled and the call fails, since a tensor has no gaps.
 */
final class Draws {
  private final ServerCallStreamObserver<ModelInferResponse> call;
  private final Consumer<List<GenerateImagesResponse>> answer;

  // Guarded by this.
  private final GenerateImagesResponse[] responses;
  private final List<Runnable> cancellations = new ArrayList<>();
  private int missing;
  private boolean ended;

  /**
   * Requests of which none is drawn yet.
   *
   * @param answer called with their responses, on a thread that draws
   */
  Draws(
      ServerCallStreamObserver<ModelInferResponse> call,
      int count,
      Consumer<List<GenerateImagesResponse>> answer) {
    this.call = call;
    this.answer = answer;
    this.responses = new GenerateImagesResponse[count];
    this.missing = count;
  }

  /**
   * Draws the requests on the thread of the call.
   *
   * @throws StatusRuntimeException if one of them is refused
   */
  void begin(GenerationServiceImplBase service, List<GenerateImagesRequest> requests) {
    call.setOnCancelHandler(this::cancel);
    try {
      for (int i = 0; i < requests.size(); i++) {
        service.generateImages(requests.get(i), new SingleCall(i));
      }
    } catch (RuntimeException e) {
      cancel();
      throw e;
    }
  }

  private void cancel() {
    List<Runnable> all;
    synchronized (this) {
      ended = true;
      all = List.copyOf(cancellations);
    }
    all.forEach(Runnable::run);
  }

  private void drawn(int index, GenerateImagesResponse response) {
    if (response.getFailuresCount() > 0) {
      failed(StatusProto.toStatusRuntimeException(response.getFailures(0).getError()));
      return;
    }
    synchronized (this) {
      responses[index] = response;
      missing--;
      if (ended || missing > 0) {
        return;
      }
      ended = true;
    }
    answer.accept(Arrays.asList(responses));
  }

  private void failed(Throwable error) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    cancel();
    call.onError(error);
  }

  /** The call of one of the requests, from the service's point of view. */
  private final class SingleCall extends ServerCallStreamObserver<GenerateImagesResponse> {
    private final int index;

    SingleCall(int index) {
      this.index = index;
    }

    @Override
    public boolean isCancelled() {
      synchronized (Draws.this) {
        return ended || call.isCancelled();
      }
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {
      synchronized (Draws.this) {
        cancellations.add(handler);
      }
    }

    @Override
    public void onNext(GenerateImagesResponse response) {
      drawn(index, response);
    }

    @Override
    public void onError(Throwable error) {
      failed(error);
    }

    @Override
    public void onCompleted() {}

    @Override
    public boolean isReady() {
      return call.isReady();
    }

    @Override
    public void setCompression(String compression) {
      call.setCompression(compression);
    }

    @Override
    public void setMessageCompression(boolean enable) {
      call.setMessageCompression(enable);
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {} // one message is sent, at the end

    @Override
    public void disableAutoInboundFlowControl() {} // one message was received

    @Override
    public void request(int count) {} // one message was received
  }
}
