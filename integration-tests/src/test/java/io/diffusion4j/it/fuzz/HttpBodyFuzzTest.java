package io.diffusion4j.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.diffusion4j.openai.OpenAiModule;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.web.WebModule;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** Any body, in JSON or in parts, is answered, and never as a fault of the server. */
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
  };

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @SuppressWarnings("NullAway.Init") // before all
  private static ToyService server;

  @BeforeAll
  static void start() {
    server = ToyService.onPort(query -> {}, new OpenAiModule(), new WebModule());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @FuzzTest(maxDuration = "1m")
  void isAnswered(FuzzedDataProvider data) throws IOException, InterruptedException {
    BugDetectors.allowNetworkConnections();
    String[] route = data.pickValue(ROUTES);
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + route[0]))
            .header("content-type", route[1])
            .POST(BodyPublishers.ofByteArray(data.consumeRemainingAsBytes()))
            .build();
    var answer = CLIENT.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as("%s", answer.body()).matches(s -> s < 500 || s == 503);
    String grpc = answer.headers().firstValue("grpc-status").orElse("0");
    assertThat(grpc).as("UNKNOWN and INTERNAL").isNotIn("2", "13");
  }
}
