package io.diffusion4j.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.inject.Module;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.ToyFilter;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.v1.FilterScore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Images that filters refuse, as clients of OpenAI's API see them. */
@Timeout(60)
class RefusedImagesTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String TWO = "{\"prompt\": \"a dog\", \"n\": 2%s}";

  private static HttpResponse<String> post(ToyService server, String body) throws Exception {
    var address = "http://127.0.0.1:" + server.port() + "/v1/images/generations";
    var request =
        HttpRequest.newBuilder(URI.create(address))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static ToyService server(double threshold, double lenient) {
    Module filter = new ToyFilter(threshold, lenient);
    return ToyService.onPort(8, query -> {}, new OpenAiModule(), filter);
  }

  @Test
  void aRequestWithoutAnImageLeftIsBlockedAsByOpenAi() throws Exception {
    try (var server = server(-2, -2)) {
      var answer = post(server, TWO.formatted(""));
      assertThat(answer.statusCode()).isEqualTo(400);
      JsonNode error = JSON.readTree(answer.body()).get("error");
      assertThat(error.get("code").textValue()).isEqualTo("moderation_blocked");
      assertThat(error.get("type").textValue()).isEqualTo("image_generation_user_error");
      assertThat(error.get("message").textValue()).contains("safety system", "toy/bright");
      assertThat(error.get("param").isNull()).isTrue();

      var stream = post(server, TWO.formatted(", \"stream\": true, \"partial_images\": 2"));
      assertThat(stream.body())
          .contains("event: error", "\"moderation_blocked\"")
          .doesNotContain("partial_image", "b64_json");
    }
  }

  @Test
  void otherImagesAreSentAndRefusedOnesAreCountedInAHeader() throws Exception {
    double between = between();
    try (var server = server(between, 2)) {
      var answer = post(server, seeded(""));
      JsonNode data = JSON.readTree(answer.body()).get("data");
      int refused = Integer.parseInt(answer.headers().firstValue("x-refused-images").orElseThrow());
      assertThat(data.size() + refused).isEqualTo(8);
      assertThat(refused).isBetween(1, 7);
      for (JsonNode image : data) {
        assertThat(image.get("b64_json").textValue()).isNotEmpty();
      }
      var lenient = post(server, seeded(", \"moderation\": \"low\""));
      assertThat(JSON.readTree(lenient.body()).get("data")).hasSize(8);
      var unknown = post(server, seeded(", \"moderation\": \"none\""));
      assertThat(unknown.statusCode()).isEqualTo(400);
      assertThat(unknown.body()).contains("one of auto, low");
    }
  }

  private static String seeded(String more) {
    return "{\"prompt\": \"a dog\", \"n\": 8, \"response_format\": \"b64_json\"" + more + "}";
  }

  /** The mean brightness of the images of the same prompt: others are on both sides of it. */
  private static double between() {
    try (var server = ToyService.inProcess(new ToyFilter(9, 9))) {
      var request = Requests.textToImage("a dog").setImageCount(8).addSeeds(1).build();
      return server.client().generate(request).images().stream()
          .map(picture -> picture.metadata().getFilterScores(0))
          .mapToDouble(FilterScore::getScore)
          .average()
          .orElseThrow();
    }
  }
}
