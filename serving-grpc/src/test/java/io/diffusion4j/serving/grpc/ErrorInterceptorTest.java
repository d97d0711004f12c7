package io.diffusion4j.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorInterceptorTest {
  /** A call that records how it is closed, as a transport that refuses to close it twice. */
  private static final class Recorded
      extends ServerCall<GenerateImagesRequest, GenerateImagesResponse> {
    final List<Status.Code> closed = new ArrayList<>();

    @Override
    public void request(int count) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(GenerateImagesResponse message) {}

    @Override
    public void close(Status status, Metadata trailers) {
      if (!closed.isEmpty()) {
        throw new IllegalStateException("call already closed");
      }
      closed.add(status.getCode());
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<GenerateImagesRequest, GenerateImagesResponse> getMethodDescriptor() {
      return GenerationServiceGrpc.getGenerateImagesMethod();
    }
  }

  private final Recorded call = new Recorded();

  @Test
  void aCallWithoutAMessageIsRefused() {
    new ErrorInterceptor()
        .interceptCall(call, new Metadata(), (started, headers) -> new ServerCall.Listener<>() {})
        .onHalfClose();
    assertThat(call.closed).containsExactly(Status.Code.INVALID_ARGUMENT);
  }
}
