package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.v1.ListModelsRequest;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A request is authenticated once, by its headers, and its call has the principal. */
@Timeout(60)
class OneHashTest {
  private final AtomicInteger asked = new AtomicInteger();
  private final Authenticator counting =
      token -> {
        asked.incrementAndGet();
        return Principal.ANYBODY;
      };

  @Test
  void overGrpcAndAsJson() throws Exception {
    try (var server = new TestServer(CONFIG, TestServer.asking(counting), ToyModel.named("toy"))) {
      server.blocking().generateImages(request("x").build());
      assertThat(asked).hasValue(1);
      String body = "{\"textToImage\": {\"prompt\": {\"text\": \"x\"}}}";
      String answer =
          RawHttp.ask(
              server.server.port(),
              "POST /diffusion4j/v1/images:generate HTTP/1.1\r\nHost: localhost\r\n"
                  + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                      .formatted(body.length(), body));
      assertThat(answer).startsWith("HTTP/1.1 200");
      assertThat(asked).hasValue(2);
    }
  }

  @Test
  void aHeaderOfANetworkClientPassesNobody() throws Exception {
    Authenticator refusing =
        token -> {
          throw new UnauthenticatedException("TOKEN_UNKNOWN", "authorization: unknown");
        };
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("diffusion4j-caller-bin", Metadata.BINARY_BYTE_MARSHALLER),
        "anybody".getBytes(UTF_8));
    try (var server = new TestServer(CONFIG, TestServer.asking(refusing), ToyModel.named("toy"))) {
      var stub =
          ModelServiceGrpc.newBlockingStub(server.channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
      var all = ListModelsRequest.getDefaultInstance();
      assertThat(Refusal.of(() -> stub.listModels(all)).code()).isEqualTo(Code.UNAUTHENTICATED);
      // Without a body, a request reaches the services before it is authenticated.
      String answer =
          RawHttp.ask(
              server.server.port(),
              String.join(
                  "\r\n",
                  "GET /diffusion4j/v1/models HTTP/1.1",
                  "Host: localhost",
                  "diffusion4j-caller-bin: YW55Ym9keQ==",
                  "",
                  ""));
      assertThat(answer).startsWith("HTTP/1.1 401");
    }
  }
}
