package io.diffusion4j.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.serving.ToyService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The official client for JavaScript, from npm, unmodified. Skipped where Node.js is absent. */
@Timeout(900)
class OpenAiClientTest {
  private static final Path SCRIPTS = Path.of("src", "test", "js");
  private static final Path WORK = Path.of("target", "js");

  @BeforeAll
  static void install() throws Exception {
    Files.createDirectories(WORK); // where all programs are run
    assumeTrue(
        runs(List.of("node", "--version")) && runs(List.of("npm", "--version")),
        "node and npm are not on PATH; OpenAI's client is not tried");
    for (String file : new String[] {"package.json", "client.mjs"}) {
      Files.write(WORK.resolve(file), Files.readAllBytes(SCRIPTS.resolve(file)));
    }
    if (!Files.isDirectory(WORK.resolve("node_modules").resolve("openai"))) {
      assumeTrue(
          runs(List.of("npm", "install", "--no-audit", "--no-fund")),
          "npm cannot install openai; it is not tried");
    }
  }

  @Test
  void itDrawsEditsAndVaries(@TempDir Path files) throws Exception {
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
              .readTree(
                  output(
                      List.of("node", "client.mjs", address, image.toString(), mask.toString())));
    }
    assertThat(answers.get("models").toString()).isEqualTo("[\"toy\"]");
    assertImages(answers.get("generate"), 2, 160);
    assertImages(answers.get("url"), 1, 256);
    assertThat(answers.get("stream").toString())
        .matches(
            "\\[(\"image_generation.partial_image true\",){0,2}"
                + "\"image_generation.completed true\"\\]");
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

  private static boolean runs(List<String> command) throws InterruptedException {
    try {
      return process(command, ProcessBuilder.Redirect.DISCARD).waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  private static byte[] output(List<String> command) throws Exception {
    Process process = process(command, ProcessBuilder.Redirect.PIPE);
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    return output;
  }

  private static Process process(List<String> command, ProcessBuilder.Redirect output)
      throws IOException {
    return new ProcessBuilder(command)
        .directory(WORK.toFile())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .redirectOutput(output)
        .start();
  }
}
