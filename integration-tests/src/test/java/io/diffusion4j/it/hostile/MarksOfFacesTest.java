package io.diffusion4j.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.inject.AbstractModule;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.a1111.A1111Module;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.it.Module;
import io.diffusion4j.ollama.OllamaModule;
import io.diffusion4j.openai.OpenAiModule;
import io.diffusion4j.openinference.OpenInferenceModule;
import io.diffusion4j.provenance.Finding;
import io.diffusion4j.provenance.Finding.Verdict;
import io.diffusion4j.provenance.MarkedFile;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.SigningKey;
import io.diffusion4j.provenance.Verifier;
import io.diffusion4j.provenance.WatermarkKey;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.config.ProvenanceFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A picture carries all marks, whichever interface it comes by, and at which size. */
@Timeout(300)
class MarksOfFacesTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Path CERTIFICATES =
      Module.named("provenance").path().resolve("src/test/resources/io/diffusion4j/provenance");
  private static final Pattern LAST_FILE = Pattern.compile(".*\"b64_json\":\"([^\"]+)\"", 32);

  @TempDir private Path folder = Path.of("");
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Provenance marks;
  private ToyService server;

  @SuppressWarnings("NullAway.Init") // before each test
  MarksOfFacesTest() {}

  @BeforeEach
  void start() throws IOException {
    Path key = folder.resolve("signing.key");
    SigningKey.create(key);
    Path watermark = folder.resolve("watermark.key");
    WatermarkKey.create(watermark);
    Path certificateKey = Files.copy(CERTIFICATES.resolve("signer.key"), folder.resolve("c2pa"));
    Files.setPosixFilePermissions(certificateKey, PosixFilePermissions.fromString("rw-------"));
    marks =
        new ProvenanceFiles(
                Optional.of(key),
                Optional.of(watermark),
                Optional.of(CERTIFICATES.resolve("signer.pem")),
                Optional.of(certificateKey))
            .read();
    server =
        ToyService.onPort(
            query -> {},
            new OpenAiModule(),
            new A1111Module(),
            new OpenInferenceModule(),
            new OllamaModule(),
            new AbstractModule() {
              @Override
              protected void configure() {
                OptionalBinder.newOptionalBinder(binder(), Provenance.class)
                    .setBinding()
                    .toInstance(marks);
              }
            });
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void everyFaceMarksEverySize() throws Exception {
    Map<String, byte[]> files = new LinkedHashMap<>();
    var request = Requests.textToImage("a dog").build();
    files.put("gRPC", server.client().generate(request).images().get(0).png());
    files.put(
        "JSON",
        post(
                "/diffusion4j/v1/images:generate",
                "{'textToImage': {'prompt': {'text': 'a dog'}}}",
                "/images/0/data")
            .binaryValue());
    for (String size : List.of("auto", "160x160", "256x256", "512x512", "1024x1024")) {
      String openai = "{'prompt': 'a dog', 'size': '%s', 'response_format': '%s'%s}";
      files.put(
          "OpenAI " + size,
          post("/v1/images/generations", openai.formatted(size, "b64_json", ""), "/data/0/b64_json")
              .binaryValue());
      String url =
          post("/v1/images/generations", openai.formatted(size, "url", ""), "/data/0/url").asText();
      files.put("OpenAI URL " + size, base64(url.substring(url.indexOf(',') + 1)));
      var events =
          LAST_FILE.matcher(
              post("/v1/images/generations", openai.formatted(size, "url", ", 'stream': true")));
      assertThat(events.find()).isTrue();
      files.put("OpenAI events " + size, base64(events.group(1)));
    }
    for (String size : List.of("64 64", "160 160", "256 256", "300 128", "512 768")) {
      String[] sides = size.split(" ", -1);
      String body =
          "{'prompt': 'a dog', 'width': %s, 'height': %s, 'init_images': ['%s']}"
              .formatted(sides[0], sides[1], Good.picture());
      for (String route : List.of("txt2img", "img2img")) {
        files.put(
            "AUTOMATIC1111 " + route + " " + size,
            post("/sdapi/v1/" + route, body, "/images/0").binaryValue());
      }
    }
    for (String format : List.of("jpeg", "webp")) {
      for (int compression : List.of(100, 80)) {
        String body =
            "{'model': 'gpt-image-1', 'prompt': 'a dog', 'output_format': '%s',"
                + " 'output_compression': %d}";
        files.put(
            "OpenAI " + format + " " + compression,
            post("/v1/images/generations", body.formatted(format, compression), "/data/0/b64_json")
                .binaryValue());
      }
    }
    for (int side : List.of(160, 256)) {
      String body = "{'model': 'toy', 'prompt': 'a dog', 'stream': false, 'width': %d}";
      files.put(
          "Ollama " + side, post("/api/generate", body.formatted(side), "/image").binaryValue());
    }
    files.put(
        "Open Inference",
        base64(
            post(
                    "/v2/models/toy/infer",
                    "{'inputs': [{'name': 'prompt', 'datatype': 'BYTES', 'shape': [1], 'data':"
                        + " ['a dog']}], 'outputs': [{'name': 'image', 'parameters': {'format':"
                        + " 'png'}}]}",
                    "/outputs/0/data/0")
                .asText()));
    var verifier =
        new Verifier(
            List.of(marks.key().orElseThrow().trusted()), List.of(marks.watermark().orElseThrow()));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] png = file.getValue();
      Finding finding = verifier.verify(png, Recipes.KEYWORD, 1 << 24);
      String name = file.getKey() + ", " + ImageFiles.read(png, 1 << 24).width();
      assertThat(finding.declared()).as(name).isTrue();
      assertThat(finding.verdict()).as("%s: %s", name, finding).isEqualTo(Verdict.MADE_HERE);
      assertThat(finding.manifest()).as(name).isTrue();
      assertThat(finding.watermark().orElseThrow().isFound()).as(name).isTrue();
      assertThat(MarkedFile.of(png).xmp().orElseThrow())
          .as(name)
          .contains(
              name.contains("img2img")
                  ? "/compositeWithTrainedAlgorithmicMedia"
                  : "/trainedAlgorithmicMedia");
    }
  }

  private static byte[] base64(String text) {
    return Base64.getDecoder().decode(text);
  }

  private JsonNode post(String path, String body, String at) throws Exception {
    return JSON.readTree(post(path, body)).at(at);
  }

  /** Posts JSON, in which {@code '} stands for {@code "}. */
  private String post(String path, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.replace('\'', '"')))
            .build();
    var answer = http.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }
}
