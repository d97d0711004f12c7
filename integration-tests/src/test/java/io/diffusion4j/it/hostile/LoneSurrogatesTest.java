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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Text that is not Unicode is refused before anything is drawn, by every interface and field. */
@Tag("slow")
@Timeout(120)
class LoneSurrogatesTest {
  private static final String JSON = "/diffusion4j/v1/images:generate ";
  private static final String TOY = "/v2/models/toy/infer ";

  @TempDir private Path folder = Path.of("");
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger drawn = new AtomicInteger();
  private JobStore store;
  private ToyService server;

  @SuppressWarnings("NullAway.Init") // before each test
  LoneSurrogatesTest() {}

  @BeforeEach
  void start() throws IOException {
    store = JobStore.open(folder.resolve("jobs.db"), Duration.ofHours(1));
    server =
        ToyService.onPort(
            query -> drawn.incrementAndGet(),
            new OpenAiModule(),
            new WebModule(),
            new A1111Module(),
            new OpenInferenceModule(),
            new OllamaModule(),
            new McpModule(),
            new JobsModule(store, Webhooks.none()));
  }

  @AfterEach
  void stop() {
    server.close();
    store.close();
  }

  /** Requests in which {@code '} stands for {@code "} and {@code ~} for a lone surrogate. */
  static Stream<String> requests() {
    return Stream.of(
        "/v1/images/generations {'prompt': '~'}",
        "/v1/images/generations {'prompt': 'a dog', 'stream': true, 'model': '~'}",
        "/v1/images/generations {'prompt': 'a ~ dog', 'stream': true}",
        "/sdapi/v1/txt2img {'prompt': '~'}",
        "/sdapi/v1/txt2img {'prompt': 'a dog', 'negative_prompt': '~'}",
        "/sdapi/v1/txt2img {'prompt': 'a dog', 'sampler_name': '~'}",
        "/sdapi/v1/img2img {'prompt': '~', 'init_images': ['" + Good.picture() + "']}",
        JSON + "{'textToImage': {'prompt': {'text': '~'}}}",
        JSON + "{'textToImage': {'prompt': {'text': 'a dog', 'negativeText': '~'}}}",
        JSON + "{'textToImage': {'prompt': {'text': 'a dog'}}, 'model': '~'}",
        JSON + "{'textToImage': {'prompt': {'text': 'a dog'}}, 'requestId': '~'}",
        JSON + "{'textToImage': {'prompt': {'text': 'a dog'}}, 'output': {'mediaType': '~'}}",
        JSON + "{'textToImage': {'prompt': {'text': 'a dog'}}, 'stages': {'~': {'steps': 2}}}",
        JSON
            + "{'textToImage': {'prompt': {'text': 'a dog'}}, 'stages': {'decoder': {'sampler':"
            + " '~'}}}",
        JSON
            + "{'textDiff': {'fromText': 'a dog', 'toText': '~', 'image': {'data': '"
            + Good.picture()
            + "'}}}",
        "/api/generate {'textToImage': {'prompt': {'text': '~'}}}",
        TOY + "{'inputs': [{'name': 'prompt', 'datatype': 'BYTES', 'shape': [1], 'data': ['~']}]}",
        "/diffusion4j.v1.EmbeddingService/EmbedTexts {'texts': ['~']}",
        "/diffusion4j.v1.JobService/CreateGenerationJob"
            + " {'request': {'textToImage': {'prompt': {'text': '~'}}}}");
  }

  @ParameterizedTest
  @MethodSource("requests")
  void textOtherThanUnicodeIsRefused(String request) throws Exception {
    int space = request.indexOf(' ');
    String body = request.substring(space + 1).replace('\'', '"').replace("~", "\\ud800");
    var answer =
        http.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + server.port() + request.substring(0, space)))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode())
        .as(answer.body().substring(0, Math.min(300, answer.body().length())))
        .isIn(400, 404, 422);
    assertThat(answer.body()).doesNotContain("INTERNAL");
    assertThat(drawn).hasValue(0);
  }
}
