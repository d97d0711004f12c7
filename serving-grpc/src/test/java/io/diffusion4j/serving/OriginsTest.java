package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.serving.config.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages that may call, by the headers of their browsers. */
@Timeout(60)
class OriginsTest {
  private static final String FRIEND = "https://app.example";
  private static final ServerConfig OPEN = CONFIG.withOrigins(Set.of(FRIEND));
  private static final String METHOD = "/diffusion4j.v1.ModelService/ListModels";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static HttpRequest.Builder to(TestServer server) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.server.port() + METHOD));
  }

  private HttpResponse<String> post(TestServer server, String origin, String type, String body)
      throws IOException, InterruptedException {
    var request =
        to(server)
            .header("origin", origin)
            .header("content-type", type)
            .POST(BodyPublishers.ofString(body));
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> json(TestServer server, String origin)
      throws IOException, InterruptedException {
    return post(server, origin, "application/json", "{}");
  }

  @Test
  void onlyTheServersOwnPagesMayAsk() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy"))) {
      assertThat(json(server, "http://127.0.0.1:" + server.server.port()).statusCode())
          .isEqualTo(200);
      for (String other : new String[] {FRIEND, "null", "http://127.0.0.1", "file://", "%%"}) {
        var answer = json(server, other);
        assertThat(answer.statusCode()).as(other).isEqualTo(403);
        assertThat(answer.body()).contains("ORIGIN_NOT_ALLOWED");
        assertThat(answer.headers().firstValue("access-control-allow-origin")).isEmpty();
      }
      var web = post(server, FRIEND, "application/grpc-web", "\0\0\0\0\0");
      assertThat(web.headers().firstValue("grpc-status")).hasValue("7");
    }
  }

  @Test
  void pagesThatAreAllowedMayAskAndReadTheAnswer() throws Exception {
    try (var server = new TestServer(OPEN, ToyModel.named("toy"))) {
      var answer = json(server, FRIEND);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("access-control-allow-origin")).hasValue(FRIEND);
      assertThat(answer.headers().firstValue("access-control-expose-headers").orElse(""))
          .contains("grpc-status");
      assertThat(json(server, "https://app.example.evil").statusCode()).isEqualTo(403);
    }
  }

  @Test
  void browsersAreToldSoBefore() throws Exception {
    try (var server = new TestServer(OPEN, ToyModel.named("toy"))) {
      var asked = preflight(server, FRIEND);
      assertThat(asked.statusCode()).isEqualTo(200);
      assertThat(asked.headers().firstValue("access-control-allow-origin")).hasValue(FRIEND);
      assertThat(asked.headers().firstValue("access-control-allow-methods").orElse(""))
          .contains("POST");
      assertThat(asked.headers().firstValue("access-control-allow-headers").orElse(""))
          .contains("authorization");
      assertThat(preflight(server, "https://other.example").statusCode()).isEqualTo(403);
    }
  }

  private HttpResponse<String> preflight(TestServer server, String origin)
      throws IOException, InterruptedException {
    var request =
        to(server)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,authorization,x-grpc-web")
            .method("OPTIONS", BodyPublishers.noBody());
    return http.send(request.build(), BodyHandlers.ofString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "app.example", "https://app.example/", "ftp://a", "https://*"})
  void whatIsNoOriginIsRefused(String origin) {
    assertThatThrownBy(() -> CONFIG.withOrigins(Set.of(origin)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("origins: " + origin + " (expected: origins such as https://app.example)");
  }
}
