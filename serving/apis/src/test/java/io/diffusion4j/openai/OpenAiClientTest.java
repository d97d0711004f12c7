package io.diffusion4j.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.serving.NodePrograms;
import io.diffusion4j.serving.ToyService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The official client for JavaScript, from npm, unmodified. Skipped where Node.js is absent. */
@Timeout(900)
class OpenAiClientTest {
  private static final Path SCRIPTS = Path.of("src", "test", "js", "openai");

  @Test
  void itDrawsEditsAndVaries(@TempDir Path files) throws Exception {
    var programs =
        NodePrograms.install(
            SCRIPTS.resolve("package.json"), "openai", SCRIPTS.resolve("client.mjs"));
    Path image = Files.write(files.resolve("image.png"), Pictures.opaque(160, 160));
    Path mask = Files.write(files.resolve("mask.png"), Pictures.halfTransparent(160));
    JsonNode answers;
    List<String> tasks;
    try (var server = ToyService.onPort(8, query -> {}, new OpenAiModule())) {
      tasks = server.client().models().get(0).getTasksList();
      String address = "http://127.0.0.1:" + server.port() + "/v1";
      answers =
          JsonMapper.builder()
              .build()
              .readTree(programs.run("client.mjs", address, image.toString(), mask.toString()));
    }
    assertThat(answers.get("models").toString()).isEqualTo("[\"toy\"]");
    assertImages(answers.get("generate"), 2, 160);
    assertImages(answers.get("url"), 1, 256);
    assertThat(answers.get("stream").toString())
        .matches(
            "\\[(\"image_generation.partial_image true\",){0,2}"
                + "\"image_generation.completed true\"\\]");
    assertThat(answers.get("current").toString())
        .isEqualTo(
            "{\"created\":true,\"size\":\"1024x1024\",\"quality\":\"low\",\"background\":\"opaque\","
                + "\"output_format\":\"jpeg\",\"jpeg\":\"ffd8\"}");
    assertThat(answers.get("currentStream").toString())
        .matches("\\[(\"image_generation.partial_image\",)?\"image_generation.completed\"\\]");
    assertImagesOrRefusal(answers.get("currentEdit"), 1, tasks.contains("image_to_image"));
    assertImagesOrRefusal(answers.get("edit"), 1, tasks.contains("inpaint"));
    assertImagesOrRefusal(answers.get("vary"), 2, tasks.contains("variation"));
    assertThat(answers.get("refused").toString())
        .isEqualTo(
            "{\"error\":\"NotFoundError\",\"status\":404,\"code\":\"model_not_found\","
                + "\"param\":\"model\",\"type\":\"invalid_request_error\"}");
  }

  /** What a model cannot do is refused, and not tried again. */
  private static void assertImagesOrRefusal(JsonNode answer, int count, boolean able)
      throws IOException {
    if (able) {
      assertImages(answer, count, 160);
    } else {
      assertThat(answer.path("code").asText()).isEqualTo("unsupported_operation");
    }
  }

  private static void assertImages(JsonNode data, int count, int size) throws IOException {
    assertThat(data).as(data.toString()).hasSize(count);
    for (JsonNode each : data) {
      assertThat(each.has("b64_json")).as(data.toString()).isTrue();
      Image image = ImageFiles.read(each.get("b64_json").binaryValue(), 1 << 20);
      assertThat(image.width()).isEqualTo(size);
      assertThat(image.height()).isEqualTo(size);
    }
  }
}
