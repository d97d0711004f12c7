package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.intercepting;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A deadline that expires while the response is being sent ends the call as gRPC's own servers do.
 * The clients here do not check deadlines themselves, so that they see the server's status.
 */
@Timeout(60)
class LateReadersTest {
  private static final Metadata.Key<String> TIMEOUT =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);

  private final CompletableFuture<ServiceRequestContext> served = new CompletableFuture<>();

  /** Records the server's call. */
  private final class Seen implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      if (headers.containsKey(TIMEOUT)) {
        served.complete(ServiceRequestContext.current());
      }
      return next.startCall(call, headers);
    }
  }

  static Stream<MethodDescriptor<GenerateImagesRequest, ?>> methods() {
    return Stream.of(
        GenerationServiceGrpc.getGenerateImagesMethod(),
        GenerationServiceGrpc.getStreamGenerateImagesMethod());
  }

  @ParameterizedTest
  @MethodSource("methods")
  void anAnswerInTheMiddleIsCancelled(MethodDescriptor<GenerateImagesRequest, ?> method)
      throws Exception {
    try (var server = new TestServer(CONFIG, intercepting(new Seen()), ToyModel.named("toy"))) {
      var request = large().setRequestId(UUID.randomUUID().toString()).build();
      assertThat(server.blocking().generateImages(request)).isNotNull(); // so that it is there
      var late = new Late<>(server, method, request);
      late.untilItsTimeIsUp();
      assertThat(late.read().getCode()).isEqualTo(Code.CANCELLED);
    }
  }

  @Test
  void aStreamBetweenItsEventsIsToldTheDeadlinePassed() throws Exception {
    var gate = new Gate();
    try (var server =
        new TestServer(CONFIG, intercepting(new Seen()), ToyModel.named("toy", gate::accept))) {
      var late =
          new Late<>(
              server, GenerationServiceGrpc.getStreamGenerateImagesMethod(), large().build());
      Status end = late.read();
      assertThat(end.getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(end.getDescription()).isEqualTo("the deadline passed");
      gate.open();
    }
  }

  /** More bytes than are sent to a client that does not read. */
  private static GenerateImagesRequest.Builder large() {
    return request("x").setImageCount(ToyModel.MAX_IMAGES);
  }

  /** A call with a deadline of half a second, whose client reads nothing at first. */
  private final class Late<R> extends ClientCall.Listener<R> {
    private final ClientCall<GenerateImagesRequest, R> call;
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    Late(
        TestServer server,
        MethodDescriptor<GenerateImagesRequest, R> method,
        GenerateImagesRequest request) {
      call = server.channel.newCall(method, CallOptions.DEFAULT);
      var headers = new Metadata();
      headers.put(TIMEOUT, "500m");
      call.start(this, headers);
      call.sendMessage(request);
      call.halfClose();
    }

    void untilItsTimeIsUp() throws Exception {
      served
          .get(20, TimeUnit.SECONDS)
          .whenRequestCancelled()
          .toCompletableFuture()
          .get(20, TimeUnit.SECONDS);
    }

    Status read() throws Exception {
      call.request(1_000_000);
      return end.get(20, TimeUnit.SECONDS);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.complete(status);
    }
  }
}
