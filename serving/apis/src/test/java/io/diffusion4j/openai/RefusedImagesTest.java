package io.diffusion4j.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.inject.Module;
import io.diffusion4j.serving.ToyFilter;
import io.diffusion4j.serving.ToyService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicInteger;
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

  private static ToyService server(Module filter) {
    return ToyService.onPort(8, query -> {}, new OpenAiModule(), filter);
  }

  @Test
  void aRequestWithoutAnImageLeftIsBlockedAsByOpenAi() throws Exception {
    try (var server = server(new ToyFilter(-2, -2))) {
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
    var seen = new AtomicInteger();
    var everyOther = new ToyFilter(image -> seen.getAndIncrement() % 2, 0.5, 2);
    try (var server = server(everyOther)) {
      var answer = post(server, eight(""));
      JsonNode data = JSON.readTree(answer.body()).get("data");
      int refused = Integer.parseInt(answer.headers().firstValue("x-refused-images").orElseThrow());
      assertThat(refused).isEqualTo(4);
      assertThat(data).hasSize(4);
      for (JsonNode image : data) {
        assertThat(image.get("b64_json").textValue()).isNotEmpty();
      }
      var lenient = post(server, eight(", \"moderation\": \"low\""));
      assertThat(JSON.readTree(lenient.body()).get("data")).hasSize(8);
      var unknown = post(server, eight(", \"moderation\": \"none\""));
      assertThat(unknown.statusCode()).isEqualTo(400);
      assertThat(unknown.body()).contains("one of auto, low");
    }
  }

  private static String eight(String more) {
    return "{\"prompt\": \"a dog\", \"n\": 8, \"response_format\": \"b64_json\"" + more + "}";
  }
}
