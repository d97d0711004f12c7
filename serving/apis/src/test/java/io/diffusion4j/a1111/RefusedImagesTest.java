package io.diffusion4j.a1111;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.serving.ToyFilter;
import io.diffusion4j.serving.ToyService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RefusedImagesTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** As the web UI's own filter does. */
  @Test
  void anImageThatAFilterRefusesIsBlackAndHasAReason() throws Exception {
    try (var server = ToyService.onPort(query -> {}, new A1111Module(), new ToyFilter(-2, -2))) {
      var address = "http://127.0.0.1:" + server.port() + "/sdapi/v1/txt2img";
      var request =
          HttpRequest.newBuilder(URI.create(address))
              .POST(BodyPublishers.ofString("{\"prompt\": \"a dog\", \"batch_size\": 2}"))
              .build();
      var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      JsonNode body = JSON.readTree(answer.body());
      assertThat(body.get("images")).hasSize(2);
      for (JsonNode file : body.get("images")) {
        Image image = ImageFiles.read(file.binaryValue(), 1 << 20);
        assertThat(image.pixels()).containsOnly(-1);
      }
      JsonNode refusals = JSON.readTree(body.get("info").textValue()).get("refusals");
      assertThat(refusals).hasSize(2);
      assertThat(refusals.get(0).textValue()).startsWith("toy/bright: ");
    }
  }
}
