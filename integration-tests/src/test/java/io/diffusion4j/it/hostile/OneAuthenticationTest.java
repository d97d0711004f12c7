package io.diffusion4j.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.a1111.A1111Module;
import io.diffusion4j.jobs.JobStore;
import io.diffusion4j.jobs.JobsModule;
import io.diffusion4j.jobs.Webhooks;
import io.diffusion4j.mcp.McpModule;
import io.diffusion4j.ollama.OllamaModule;
import io.diffusion4j.openai.OpenAiModule;
import io.diffusion4j.openinference.OpenInferenceModule;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.web.WebModule;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every interface verifies the token of a request once, whatever it calls to answer it. */
@Timeout(60)
class OneAuthenticationTest {
  private static final AtomicInteger VERIFIED = new AtomicInteger();

  @SuppressWarnings("NullAway.Init") // before all
  private static JobStore store;

  @SuppressWarnings("NullAway.Init")
  private static ToyService server;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static Principal authenticate(String token) {
    VERIFIED.incrementAndGet();
    if (!token.equals("ann")) {
      throw new UnauthenticatedException("TOKEN_UNKNOWN", "authorization: an unknown token");
    }
    return Principal.ANYBODY;
  }

  @BeforeAll
  static void start(@TempDir Path folder) {
    store = JobStore.open(folder.resolve("jobs.db"), Duration.ofHours(1));
    server =
        ToyService.onPort(
            query -> {},
            new OpenAiModule(),
            new WebModule(),
            new A1111Module(),
            new OpenInferenceModule(),
            new OllamaModule(),
            new McpModule(),
            new JobsModule(store, Webhooks.none()),
            ToyService.asking(OneAuthenticationTest::authenticate));
  }

  @AfterAll
  static void stop() {
    server.close();
    store.close();
  }

  private int status(String token, String method, String path, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    return http.send(request, BodyHandlers.ofString()).statusCode();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "GET  | /v1/models |",
        "POST | /v1/images/generations | {\"prompt\": \"x\"}",
        "GET  | /api/models |",
        "POST | /api/generate | {\"textToImage\": {\"prompt\": {\"text\": \"x\"}}}",
        "POST | /api/generate | {\"model\": \"toy\", \"prompt\": \"x\"}",
        "GET  | /api/tags |",
        "POST | /mcp | {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"initialize\", \"params\":"
            + " {\"protocolVersion\": \"2025-06-18\", \"capabilities\": {}, \"clientInfo\":"
            + " {\"name\": \"a\", \"version\": \"1\"}}}",
        "GET  | /sdapi/v1/sd-models |",
        "GET  | /sdapi/v1/progress |",
        "POST | /sdapi/v1/txt2img | {\"prompt\": \"x\"}",
        "GET  | /v2/models/toy |",
        "POST | /v2/models/toy/infer | {\"inputs\": [{\"name\": \"prompt\", \"datatype\":"
            + " \"BYTES\", \"shape\": [1], \"data\": [\"x\"]}]}",
        "GET  | /diffusion4j/v1/models |",
        "POST | /diffusion4j/v1/images:generate | {\"textToImage\": {\"prompt\": {\"text\":"
            + " \"x\"}}}",
        "POST | /diffusion4j.v1.JobService/ListGenerationJobs | {}",
      })
  void whateverItCalls(String method, String path, String body) throws Exception {
    String sent = body == null ? "" : body;
    int before = VERIFIED.get();
    assertThat(status("ann", method, path, sent)).isEqualTo(200);
    assertThat(VERIFIED).as("of a request with a valid token").hasValue(before + 1);
    assertThat(status("eve", method, path, sent)).isEqualTo(401);
    assertThat(VERIFIED).as("of a request with an invalid token").hasValue(before + 2);
  }
}
