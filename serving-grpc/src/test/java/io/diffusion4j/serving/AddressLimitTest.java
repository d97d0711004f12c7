package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.config.AddressRate;
import io.diffusion4j.serving.config.Limits;
import io.diffusion4j.serving.v1.ListModelsRequest;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests of an address beyond its rate, over every protocol. */
@Timeout(60)
class AddressLimitTest {
  private static final int BURST = 4;

  /** One a minute after the burst; this machine is a trusted proxy. */
  private static TestServer server() throws IOException {
    var rate = new AddressRate(1, BURST, Set.of("127.0.0.0/8"));
    return new TestServer(
        TestServer.CONFIG.withLimits(Limits.defaults().withAddress(rate)),
        TestServer.asking(
            token -> {
              throw new UnauthenticatedException("TOKEN_UNKNOWN", "authorization: unknown");
            }),
        ToyModel.named("toy"));
  }

  private static String ask(TestServer server, String forwarded) throws IOException {
    return RawHttp.ask(
        server.server.port(),
        "GET /diffusion4j/v1/models HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: "
            + forwarded
            + "\r\n\r\n");
  }

  /** Guesses of tokens are refused before the token is checked. */
  @Test
  void anAddressIsRefusedBeforeItIsAskedWhoItIs() throws IOException {
    try (var server = server()) {
      for (int i = 0; i < BURST; i++) {
        assertThat(ask(server, "192.0.2.1")).startsWith("HTTP/1.1 401");
      }
      String refused = ask(server, "192.0.2.1");
      assertThat(refused)
          .startsWith("HTTP/1.1 429")
          .containsIgnoringCase("retry-after: 60")
          .contains("ADDRESS_RATE_EXCEEDED", "\"retryDelay\"");
      assertThat(ask(server, "192.0.2.2")).startsWith("HTTP/1.1 401");
      assertThat(ask(server, "192.0.2.1, 192.0.2.3")).startsWith("HTTP/1.1 401");
    }
  }

  @Test
  void callsOfGrpcGetAStatusAndHealthGoesOn() throws IOException {
    try (var server = server()) {
      var models = ModelServiceGrpc.newBlockingStub(server.channel);
      for (int i = 0; i < BURST; i++) {
        assertThat(
                Refusal.of(() -> models.listModels(ListModelsRequest.getDefaultInstance())).code())
            .isEqualTo(Code.UNAUTHENTICATED);
      }
      var refusal = Refusal.of(() -> models.listModels(ListModelsRequest.getDefaultInstance()));
      assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(refusal.message())
          .startsWith("too many requests from this address; try again in ");
      for (int i = 0; i < 2 * BURST; i++) {
        var health =
            HealthGrpc.newBlockingStub(server.channel)
                .check(HealthCheckRequest.getDefaultInstance());
        assertThat(health.getStatus()).isEqualTo(ServingStatus.SERVING);
      }
    }
  }
}
