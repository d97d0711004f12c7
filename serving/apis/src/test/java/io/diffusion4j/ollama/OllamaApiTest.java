package io.diffusion4j.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.Gate;
import io.diffusion4j.serving.ToyFilter;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.web.WebModule;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class OllamaApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @SuppressWarnings("NullAway.Init") // before all
  private static ToyService server;

  /** Beside the page, whose requests have the same path. */
  @BeforeAll
  static void start() {
    server = ToyService.onPort(8, query -> {}, new OllamaModule(), new WebModule());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpResponse<String> post(ToyService to, String route, String body)
      throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + "/api/" + route))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body.replace('\'', '"')))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static GenerateImagesRequest drawn(JsonNode line) throws Exception {
    String recipe = Png.text(line.get("image").binaryValue()).get(Recipes.KEYWORD);
    return Recipes.fromJson(Objects.requireNonNull(recipe)).getRequest();
  }

  @Test
  void aStreamHasProgressAndThenTheImage() throws Exception {
    var answer = post(server, "generate", "{'model': 'toy', 'prompt': 'a dog'}");
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/x-ndjson");
    List<String> lines = answer.body().lines().toList();
    assertThat(lines).hasSizeGreaterThan(1);
    for (String line : lines.subList(0, lines.size() - 1)) {
      JsonNode progress = JSON.readTree(line);
      assertThat(progress.get("done").booleanValue()).isFalse();
      assertThat(progress.get("completed").intValue())
          .isLessThanOrEqualTo(progress.get("total").intValue());
    }
    JsonNode last = JSON.readTree(lines.get(lines.size() - 1));
    assertThat(last.get("done").booleanValue()).isTrue();
    assertThat(last.get("done_reason").asText()).isEqualTo("stop");
    assertThat(drawn(last).getTextToImage().getPrompt().getText()).isEqualTo("a dog");
  }

  @Test
  void optionsAreSettings() throws Exception {
    var answer =
        post(
            server,
            "generate",
            "{'model': 'toy:latest', 'prompt': 'a dog', 'stream': false, 'steps': 3, 'options':"
                + " {'seed': 7, 'guidance_scale': 2.5, 'negative_prompt': 'text', 'temperature':"
                + " 1}}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    GenerateImagesRequest request = drawn(JSON.readTree(answer.body()));
    assertThat(request.getSeedsList()).containsExactly(7L);
    assertThat(request.getTextToImage().getPrompt().getNegativeText()).isEqualTo("text");
    assertThat(request.getStagesOrThrow("decoder").getSteps()).isEqualTo(3);
    assertThat(request.getStagesOrThrow("decoder").getGuidanceScale()).isEqualTo(2.5);
  }

  @Test
  void thePageHasItsRequestsAtTheSamePath() throws Exception {
    var answer =
        post(server, "generate", "{'textToImage': {'prompt': {'text': 'a dog'}}, 'seeds': ['7']}");
    assertThat(answer.body()).startsWith("event: accepted");
    assertThat(post(server, "generate", "{").body()).contains("MALFORMED_JSON");
  }

  @Test
  void withoutThePageThePathIsOllamas() throws Exception {
    try (var alone = ToyService.onPort(8, query -> {}, new OllamaModule())) {
      var answer = post(alone, "generate", "{'model': 'toy', 'prompt': 'a dog', 'stream': false}");
      assertThat(JSON.readTree(answer.body()).get("image").binaryValue()).isNotEmpty();
      assertThat(post(alone, "generate", "{").body())
          .startsWith("{\"error\":\"body: ")
          .contains("(expected: an object in JSON)");
      assertThat(post(alone, "pull", "{}").body())
          .isEqualTo("{\"error\":\"\\\"POST /api/pull\\\": not supported here\"}");
    }
  }

  @Test
  void anEmptyPromptLoadsTheModel() throws Exception {
    var answer = post(server, "generate", "{'model': 'toy', 'prompt': ''}");
    assertThat(JSON.readTree(answer.body()).get("done_reason").asText()).isEqualTo("load");
  }

  @Test
  void aPictureIsTheStartOfTheNext() throws Exception {
    JsonNode first =
        JSON.readTree(
            post(server, "generate", "{'model': 'toy', 'prompt': 'x', 'stream': false}").body());
    List<String> tasks = server.client().models().get(0).getTasksList();
    var answer =
        post(
            server,
            "generate",
            "{'model': 'toy', 'prompt': 'y', 'stream': false, 'images': ['"
                + first.get("image").asText()
                + "'], 'options': {'strength': 0.8}}");
    if (tasks.contains("image_to_image")) {
      assertThat(drawn(JSON.readTree(answer.body())).getImageToImage().getStrength())
          .isEqualTo(0.8);
    } else {
      assertThat(answer.statusCode()).isEqualTo(501);
    }
  }

  @Test
  void embeddingsHaveTheNormOne() throws Exception {
    JsonNode answer =
        JSON.readTree(post(server, "embed", "{'model': 'toy', 'input': 'a dog'}").body());
    double sum = 0;
    for (JsonNode value : answer.at("/embeddings/0")) {
      sum += value.doubleValue() * value.doubleValue();
    }
    assertThat(sum).isBetween(0.999, 1.001);
  }

  @ParameterizedTest
  @ValueSource(strings = {"'dimensions': 3", "'instruction': 'x'", "'options': {'seed': 7}"})
  void whatHasNoEffectOnEmbeddingsIsRefused(String field) throws Exception {
    for (String route : List.of("embed", "show")) {
      String body = "{'model': 'toy', " + field + "}";
      var answer = post(server, route, body);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
      assertThat(answer.body()).contains("expected: ");
    }
    var usual = "{'model': 'toy', 'input': 'x', 'truncate': true, 'options': {'num_ctx': 512}}";
    assertThat(post(server, "embed", usual).statusCode()).isEqualTo(200);
  }

  @Test
  void aRefusedImageIsAnError() throws Exception {
    try (var refusing =
        ToyService.onPort(8, query -> {}, new OllamaModule(), new ToyFilter(-2, -2))) {
      var answer = post(refusing, "generate", "{'model': 'toy', 'prompt': 'x', 'stream': false}");
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).startsWith("{\"error\":\"image: refused (toy/bright: ");
      String lines = post(refusing, "generate", "{'model': 'toy', 'prompt': 'x'}").body();
      assertThat(lines.lines().reduce((one, next) -> next).orElseThrow())
          .startsWith("{\"error\":\"image: refused (");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'prompt': 'x'} | 404 | model: \\\"\\\" (expected: one of toy)",
        "{'model': 'no', 'prompt': 'x'} | 404 | model: \\\"no\\\" (expected: one of toy)",
        "{'model': 'toy', 'prompt': 1} | 400 | prompt: \\\"1\\\" (expected: a string)",
        "{'model': 'toy', 'prompt': 'x', 'width': 9999} | 400 | width: \\\"9999\\\" (expected: an",
        "{'model': 'toy', 'prompt': 'x', 'steps': -1} | 400 | steps: \\\"-1\\\" (expected: an",
        "{'model': 'toy', 'prompt': 'x', 'sizes': 1} | 400 | request: \\\"sizes\\\" (expected: one",
        "{'model': 'toy', 'prompt': 'x', 'options': {'cfg': 1}} | 400 | options: \\\"cfg\\\" (expe",
        "{'model': 'toy', 'prompt': 'x', 'options': {'seed': -2}} | 400 | seed: \\\"-2\\\"",
        "{'model': 'toy', 'prompt': 'x', 'options': {'sampler': 'no'}} | 400 | sampler: ",
        "{'model': 'toy', 'prompt': 'x', 'options': {'steps': 'no'}} | 400 | options: ",
        "{'model': 'toy', 'prompt': 'x', 'options': {'strength': 0.8}} | 400 | options: \\\"str",
        "{'model': 'toy', 'prompt': 'x', 'images': ['#']} | 400 | images: \\\"#\\\" (expected: a",
        "{'model': 'toy', 'prompt': 'x', 'images': ['', '']} | 400 | images: 2 pictures (expected:"
            + " one",
        "{'model': 'toy', 'prompt': 'x', 'stream': 1} | 400 | stream: \\\"1\\\" (expected: true",
      })
  void badInputIsOneLine(String body, int status, String message) throws Exception {
    var answer = post(server, "generate", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).startsWith("{\"error\":\"").contains(message);
  }

  /** A client that hangs up after the first line. */
  @Test
  void aRequestWhoseClientLeavesIsNotDrawn() throws Exception {
    var gate = new Gate();
    try (var slow = ToyService.onPort(8, gate, new OllamaModule())) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + slow.port() + "/api/generate"))
              .header("content-type", "application/json")
              .POST(BodyPublishers.ofString("{\"model\": \"toy\", \"prompt\": \"a dog\"}"))
              .build();
      CLIENT.send(request, BodyHandlers.ofInputStream()).body().close();
      slow.awaitIdle(); // although the gate is closed
      gate.open();
    }
  }

  @Test
  void anOversizedPictureIsRefused() throws Exception {
    var answer =
        post(
            server,
            "generate",
            "{'model': 'toy', 'prompt': 'x', 'images': ['" + "A".repeat(7 << 20) + "']}");
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).contains("request: too large");
  }

  @Test
  void aModelIsDescribed() throws Exception {
    JsonNode shown = JSON.readTree(post(server, "show", "{'model': 'toy'}").body());
    assertThat(shown.get("parameters").asText()).contains("steps ", "sampler ");
    assertThat(shown.at("/model_info/diffusion4j.image_width").intValue()).isEqualTo(160);
    var version =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/version"));
    assertThat(CLIENT.send(version.build(), BodyHandlers.ofString()).body())
        .startsWith("{\"version\":\"");
  }
}
