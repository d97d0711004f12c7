package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.intercepting;
import static io.diffusion4j.serving.TestServer.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.util.concurrent.Uninterruptibles;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import io.diffusion4j.serving.http.ProtoJson;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A deadline that expires before a busy machine handles the call has the same code as one that
 * expires later, over every protocol. The clients here do not check deadlines themselves.
 */
@Timeout(60)
class LateCallsTest {
  private static final String METHOD = "/diffusion4j.v1.GenerationService/";

  private final CountDownLatch quiet = new CountDownLatch(1);

  @SuppressWarnings("NullAway.Init") // set by JUnit before each test
  private TestServer server;

  /** Handles a call after its deadline. */
  private final class Busy implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      if (GenerationServiceGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
        Uninterruptibles.awaitUninterruptibly(quiet);
      }
      return next.startCall(call, headers);
    }
  }

  @BeforeEach
  void start() throws Exception {
    server = new TestServer(CONFIG, intercepting(new Busy()), ToyModel.named("toy"));
  }

  @AfterEach
  void stop() {
    quiet.countDown();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GenerateImages", "StreamGenerateImages"})
  void grpcIsToldItsDeadlinePassed(String method) {
    byte[] message = request("a red apple").build().toByteArray();
    byte[] framed =
        ByteBuffer.allocate(message.length + 5)
            .put((byte) 0)
            .putInt(message.length)
            .put(message)
            .array();
    var answer = post(METHOD + method, "application/grpc", framed);
    assertThat(answer.headers().getInt("grpc-status"))
        .as("%s %s", answer.headers(), answer.contentUtf8())
        .isEqualTo(Status.Code.DEADLINE_EXCEEDED.value());
    assertThat(answer.headers().get("grpc-message")).isEqualTo("the deadline passed");
  }

  @Test
  void jsonIsToldItsDeadlinePassed() throws Exception {
    byte[] body = ProtoJson.print(request("a red apple").build()).getBytes(UTF_8);
    var answer = post(METHOD + "GenerateImages", "application/json", body);
    assertThat(answer.status().code()).as(answer.contentUtf8()).isEqualTo(504);
    assertThat(
            JsonMapper.builder()
                .build()
                .readTree(answer.contentUtf8())
                .at("/error/status")
                .asText())
        .isEqualTo("DEADLINE_EXCEEDED");
  }

  private AggregatedHttpResponse post(String path, String type, byte[] body) {
    var headers =
        RequestHeaders.of(
            HttpMethod.POST, path, "content-type", type, "te", "trailers", "grpc-timeout", "200m");
    return WebClient.of("h2c://127.0.0.1:" + server.server.port())
        .execute(headers, HttpData.wrap(body))
        .aggregate()
        .join();
  }
}
