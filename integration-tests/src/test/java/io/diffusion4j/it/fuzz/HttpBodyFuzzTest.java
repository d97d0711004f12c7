package io.diffusion4j.it.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.diffusion4j.a1111.A1111Module;
import io.diffusion4j.jobs.JobStore;
import io.diffusion4j.jobs.JobsModule;
import io.diffusion4j.jobs.Webhooks;
import io.diffusion4j.mcp.McpModule;
import io.diffusion4j.ollama.OllamaModule;
import io.diffusion4j.openai.OpenAiModule;
import io.diffusion4j.openinference.OpenInferenceModule;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.web.WebModule;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Any body, in JSON or in parts, gets a response, and never an internal error. */
@Tag("fuzz")
final class HttpBodyFuzzTest {
  private static final String[][] ROUTES = {
    {"/v1/images/generations", "application/json"},
    {"/v1/images/edits", "multipart/form-data; boundary=b"},
    {"/v1/images/variations", "multipart/form-data; boundary=b"},
    {"/api/generate", "application/json"},
    {"/diffusion4j/v1/images:generate", "application/json"},
    {"/diffusion4j.v1.EmbeddingService/EmbedTexts", "application/json"},
    {"/diffusion4j.v1.GenerationService/GenerateImages", "application/grpc"},
    {"/sdapi/v1/txt2img", "application/json"},
    {"/sdapi/v1/img2img", "application/json"},
    {"/sdapi/v1/options", "application/json"},
    {"/sdapi/v1/png-info", "application/json"},
    {"/v2/models/toy/infer", "application/json"},
    {"/inference.GRPCInferenceService/ModelInfer", "application/grpc"},
    {"/diffusion4j.v1.JobService/CreateGenerationJob", "application/json"},
    {"/api/show", "application/json"},
    {"/api/embed", "application/json"},
    {"/mcp", "application/json"},
  };

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @SuppressWarnings("NullAway.Init") // before all
  private static ToyService server;

  @SuppressWarnings("NullAway.Init")
  private static JobStore store;

  /** A session of the Model Context Protocol; other routes ignore its header. */
  private static String session = "";

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
            new JobsModule(store, Webhooks.none()));
    String begin =
        """
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion":
         "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}}
        """;
    session =
        CLIENT
            .sendAsync(
                request("/mcp", "application/json", begin.getBytes(UTF_8)),
                BodyHandlers.discarding())
            .join()
            .headers()
            .firstValue("mcp-session-id")
            .orElseThrow();
  }

  private static HttpRequest request(String path, String type, byte[] body) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .header("content-type", type)
            .POST(BodyPublishers.ofByteArray(body));
    if (!session.isEmpty()) {
      request.header("mcp-session-id", session);
    }
    return request.build();
  }

  @AfterAll
  static void stop() {
    server.close();
    store.close();
  }

  @FuzzTest(maxDuration = "1m")
  void isAnswered(FuzzedDataProvider data) throws IOException, InterruptedException {
    BugDetectors.allowNetworkConnections();
    String[] route = data.pickValue(ROUTES);
    var answer =
        CLIENT.send(
            request(route[0], route[1], data.consumeRemainingAsBytes()), BodyHandlers.ofString());
    assertThat(answer.statusCode()).as("%s", answer.body()).matches(s -> s < 500 || s == 503);
    String grpc = answer.headers().firstValue("grpc-status").orElse("0");
    assertThat(grpc).as("UNKNOWN and INTERNAL").isNotIn("2", "13");
  }
}
