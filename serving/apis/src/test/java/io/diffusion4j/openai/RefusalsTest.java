package io.diffusion4j.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.MetricsModule;
import io.diffusion4j.serving.RawHttp;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused by its headers, in the form of this API. */
@Timeout(60)
class RefusalsTest {
  @SuppressWarnings("NullAway.Init") // before all
  private static ToyService server;

  @BeforeAll
  static void start() {
    server =
        ToyService.onPort(
            query -> {},
            new OpenAiModule(),
            new MetricsModule(),
            ToyService.asking(RefusalsTest::authenticate));
  }

  private static Principal authenticate(String token) {
    if (!token.equals("secret")) {
      throw new UnauthenticatedException("TOKEN_UNKNOWN", "authorization: an unknown token");
    }
    return Principal.ANYBODY;
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String ask(String path, String headers) throws IOException {
    return RawHttp.ask(
        server.port(),
        "POST %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n".formatted(path, headers));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/v1/images/edits", "/v1/images/variations", "/v1/images/generations", "/v1/x"})
  void aStrangersBodyIsNotWaitedFor(String path) throws IOException {
    assertThat(
            ask(path, "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000000"))
        .startsWith("HTTP/1.1 401")
        .contains("\"type\":\"invalid_request_error\"", "\"code\":\"invalid_api_key\"");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/images/edits, multipart/form-data, '', INVALID_FORM",
    "/v1/images/edits, application/json, {}, UNSUPPORTED_CONTENT_TYPE",
    "/v1/images/generations, application/json, {, INVALID_JSON",
    "/v1/images/generations, application/json, {}, MISSING_REQUIRED_PARAMETER",
    "/v1/nothing, application/json, {}, UNKNOWN_URL"
  })
  void itIsCountedByItsReason(String path, String type, String body, String reason)
      throws Exception {
    double before = refused(reason);
    String headers =
        "Authorization: Bearer secret\r\nContent-Type: %s\r\nContent-Length: %d"
            .formatted(type, body.length());
    String answer =
        RawHttp.ask(
            server.port(),
            "POST %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n%s".formatted(path, headers, body));
    assertThat(answer).startsWith("HTTP/1.1 4");
    for (int i = 0; i < 200 && refused(reason) == before; i++) {
      TimeUnit.MILLISECONDS.sleep(20); // the line of an answer comes after it
    }
    assertThat(refused(reason)).isEqualTo(before + 1);
  }

  private static double refused(String reason) throws IOException {
    String meters =
        RawHttp.ask(
            server.port(),
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret\r\n\r\n");
    String name = "diffusion4j_refusals_total{reason=\"" + reason + "\"} ";
    return meters
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElse(0);
  }

  @Test
  void aFormWithoutABoundaryIsRefused() throws IOException {
    String headers =
        "Authorization: Bearer secret\r\nContent-Type: multipart/form-data\r\nContent-Length: 0";
    assertThat(ask("/v1/images/edits", headers))
        .startsWith("HTTP/1.1 400")
        .contains("boundary", "\"code\":\"invalid_form\"");
  }
}
