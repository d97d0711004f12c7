package io.diffusion4j.a1111;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.client.Connection;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.Gate;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class WebUiApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static final AtomicInteger ASKED = new AtomicInteger();

  private static volatile Consumer<Object> network = query -> {};

  @SuppressWarnings("NullAway.Init") // before all
  private static ToyService server;

  @BeforeAll
  static void start() {
    server =
        ToyService.onPort(
            query -> network.accept(query),
            new A1111Module(),
            ToyService.asking(WebUiApiTest::authenticate));
  }

  /** Tokens are the names of tenants. */
  private static Principal authenticate(String token) {
    ASKED.incrementAndGet();
    if (token.equals("meter")) {
      return new Principal(token, Set.of(Role.METRICS), Set.of(Principal.EVERY_MODEL), Quota.NONE);
    }
    if (!List.of("ann", "bob").contains(token)) {
      throw new UnauthenticatedException("TOKEN_UNKNOWN", "authorization: an unknown token");
    }
    return new Principal(token, Set.of(Role.GENERATE), Set.of(Principal.EVERY_MODEL), Quota.NONE);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpRequest.Builder request(String tenant, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .header("authorization", "Bearer " + tenant);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static JsonNode get(String path) throws Exception {
    return JSON.readTree(send(request("ann", "/sdapi/v1/" + path)).body());
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        request("ann", "/sdapi/v1/" + path).POST(BodyPublishers.ofString(body.replace('\'', '"'))));
  }

  private static JsonNode drawn(String path, String body) throws Exception {
    var answer = post(path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static byte[] ofTheService(String prompt, long seed) {
    try (var client =
        GenerationClient.connect(
            "127.0.0.1:" + server.port(), Connection.PLAINTEXT.withToken("ann"))) {
      return client
          .generate(Requests.textToImage(prompt).addSeeds(seed).build())
          .images()
          .get(0)
          .png();
    }
  }

  private static String picture(int width, int height, float level) {
    float[] pixels = new float[3 * width * height];
    Arrays.fill(pixels, level);
    byte[] png = Png.encode(new Image(width, height, pixels), Map.of());
    return Base64.getEncoder().encodeToString(png);
  }

  /** Image i of a batch is that of seed + i, as in the web UI. */
  @Test
  void imagesAreThoseOfTheService() throws Exception {
    JsonNode body =
        drawn(
            "txt2img",
            "{'prompt': 'a dog', 'seed': 7, 'batch_size': 2, 'n_iter': 1, 'nobody knows': [1]}");
    assertThat(body.get("images")).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(body.get("images").get(i).binaryValue()).isEqualTo(ofTheService("a dog", 7 + i));
    }
    assertThat(body.at("/parameters/seed").intValue()).isEqualTo(7);
    JsonNode info = JSON.readTree(body.get("info").textValue());
    assertThat(info.get("all_seeds").toString()).isEqualTo("[7,8]");
    assertThat(info.get("sd_model_name").asText()).isEqualTo("toy");
    assertThat(info.at("/infotexts/1").asText())
        .startsWith("a dog\n")
        .contains("Seed: 8, Model: toy");
    JsonNode png = drawn("png-info", "{'image': '" + body.at("/images/1").asText() + "'}");
    assertThat(png.get("info")).isEqualTo(info.at("/infotexts/1"));
  }

  @Test
  void aTokenIsVerifiedOnceInEachRequest() throws Exception {
    int before = ASKED.get();
    assertThat(post("png-info", "{'image': 'none'}").statusCode()).isEqualTo(422);
    assertThat(ASKED).hasValue(before + 1);
    assertThat(send(request("ann", "/sdapi/v1/progress")).statusCode()).isEqualTo(200);
    assertThat(ASKED).hasValue(before + 2);
  }

  @Test
  void imagesHaveTheSizeThatIsAskedFor() throws Exception {
    JsonNode body = drawn("txt2img", "{'prompt': 'a dog', 'width': 512, 'height': 256}");
    Image image = ImageFiles.read(body.at("/images/0").binaryValue(), 1 << 20);
    assertThat(image.width()).isEqualTo(512);
    assertThat(image.height()).isEqualTo(256);
  }

  @ParameterizedTest
  @CsvSource({
    "Euler a, , euler-ancestral",
    "DPM++ 2M, Karras, dpmpp-2m-karras",
    "DPM++ 2M Karras, Automatic, dpmpp-2m-karras",
    "dpmpp-3m, , dpmpp-3m"
  })
  void samplersAreKnownByBothNames(String name, String scheduler, String sampler) throws Exception {
    String asked = scheduler == null ? "" : ", 'scheduler': '" + scheduler + "'";
    JsonNode body =
        drawn(
            "txt2img", "{'prompt': 'a', 'sampler_name': '" + name + "', 'steps': 4" + asked + "}");
    assertThat(JSON.readTree(body.get("info").textValue()).at("/infotexts/0").asText())
        .contains("decoder: " + sampler + " 4 steps");
  }

  @Test
  void picturesAreDrawnOn() throws Exception {
    String init = picture(100, 50, 0.5f);
    JsonNode kept =
        drawn(
            "img2img",
            "{'prompt': 'a', 'init_images': ['data:image/png;base64,"
                + init
                + "'], 'denoising_strength': 0.5, 'seed': 1}");
    assertThat(kept.get("images")).hasSize(1);
    assertThat(JSON.readTree(kept.get("info").textValue()).get("denoising_strength").asDouble())
        .isEqualTo(0.5);
  }

  /** Where the mask is black, the picture stays; inverted, where it is white. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void masksKeepTheRest(int invert) throws Exception {
    String mask = picture(160, 160, invert == 0 ? -1 : 1);
    JsonNode body =
        drawn(
            "img2img",
            "{'prompt': 'a', 'init_images': ['"
                + picture(160, 160, 0.2f)
                + "'], 'mask': '"
                + mask
                + "', 'inpainting_mask_invert': "
                + invert
                + "}");
    Image image = ImageFiles.read(body.at("/images/0").binaryValue(), 1 << 20);
    assertThat(image.pixels()[0]).isCloseTo(0.2f, org.assertj.core.api.Assertions.within(0.01f));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'enable_hr': true} | enable_hr",
        "{'restore_faces': true} | restore_faces",
        "{'styles': ['x']} | styles",
        "{'subseed_strength': 0.5} | subseed_strength",
        "{'script_name': 'x/y/z plot'} | script_name",
        "{'alwayson_scripts': {'ControlNet': {'args': [1]}}} | alwayson_scripts: \"ControlNet\"",
        "{'override_settings': {'CLIP_stop_at_last_layers': 2}} | override_settings: \"CLIP_stop",
        "{'override_settings': {'sd_model_checkpoint': 'x'}} | sd_model_checkpoint: \"x\"",
        "{'sampler_name': 'LMS'} | sampler_name: \"LMS\" (expected: one of",
        "{'scheduler': 'Beta'} | scheduler: \"Beta\"",
        "{'steps': 0} | steps: \"0\" (expected: an integer from 1 to 1000)",
        "{'steps': 'many'} | steps",
        "{'seed': -2} | seed",
        "{'width': 9} | width",
        "{'batch_size': 11} | batch_size: 11 images (expected: at most 10",
        "{'batch_size': 5, 'width': 2048, 'height': 2048} | batch_size: 5 images of 2048x2048",
        "{'cfg_scale': 'x'} | cfg_scale",
        "[] | body",
        "{ | body"
      })
  void whatIsNotDoneIsRefusedInOneLine(String body, String message) throws Exception {
    var answer = post("txt2img", body);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(JSON.readTree(answer.body()).get("detail").asText())
        .contains(message)
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "['x', 'y']", "['bm9uZQ==']", "['%']", "[7]", "'x'"})
  void initPicturesMustBePictures(String pictures) throws Exception {
    var answer = post("img2img", "{'init_images': " + pictures + "}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    assertThat(answer.body()).contains("init_images");
  }

  @ParameterizedTest
  @CsvSource({"30000, 200", "40000, 422"})
  void thinPicturesAreCroppedOrRefused(int width, int status) throws Exception {
    var answer =
        post(
            "img2img",
            "{'prompt': 'a', 'resize_mode': 1, 'init_images': ['" + picture(width, 1, 0) + "']}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    if (status != 200) {
      assertThat(answer.body()).contains("init_images: 40000 pixels a side (expected: at most");
    }
  }

  @Test
  void whoMayNotDrawHasNoPictureDecoded() throws Exception {
    var noPicture = BodyPublishers.ofString("{\"init_images\": [\"bm9uZQ==\"]}");
    var answer = send(request("meter", "/sdapi/v1/img2img").POST(noPicture));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
    assertThat(answer.body()).contains("expected: a token with the role");
  }

  @Test
  void aFailedImageIsReported() throws Exception {
    var calls = new AtomicInteger();
    try (var one =
        ToyService.onPort(
            8,
            query -> {
              if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("sick");
              }
            },
            new A1111Module())) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + one.port() + "/sdapi/v1/txt2img"))
              .POST(BodyPublishers.ofString("{\"prompt\": \"a\", \"batch_size\": 3}"));
      JsonNode body = JSON.readTree(send(request).body());
      assertThat(body.get("images")).hasSize(2);
      assertThat(JSON.readTree(body.get("info").textValue()).at("/failures/0").asText())
          .contains("internal error");
    }
  }

  @Test
  void clientsFindWhatThereIs() throws Exception {
    assertThat(get("sd-models").at("/0/title").asText()).isEqualTo("toy [0000000000]");
    assertThat(get("options").get("sd_model_checkpoint").asText()).isEqualTo("toy [0000000000]");
    assertThat(get("samplers").findValuesAsText("name")).contains("Euler a", "DDIM", "DPM++ 2M");
    assertThat(get("schedulers").findValuesAsText("name"))
        .contains("automatic", "karras", "trailing");
    assertThat(get("upscalers").toString()).isEqualTo("[]");
    assertThat(post("options", "{'sd_model_checkpoint': 'toy'}").statusCode()).isEqualTo(200);
    assertThat(post("options", "{'samples_format': 'jpg'}").statusCode()).isEqualTo(422);
    assertThat(post("extra-single-image", "{}").statusCode()).isEqualTo(404);
  }

  @Test
  void strangersAreRefused() throws Exception {
    for (String path : List.of("progress", "options", "sd-models")) {
      assertThat(send(request("stranger", "/sdapi/v1/" + path)).statusCode()).isEqualTo(401);
    }
    for (String path : List.of("txt2img", "interrupt")) {
      var answer =
          send(request("stranger", "/sdapi/v1/" + path).POST(BodyPublishers.ofString("{}")));
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).isEqualTo("{\"detail\":\"authorization: an unknown token\"}");
    }
    String password = Base64.getEncoder().encodeToString("anybody:ann".getBytes(UTF_8));
    var basic =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.port() + "/sdapi/v1/progress"))
            .header("authorization", "Basic " + password);
    assertThat(send(basic).statusCode()).isEqualTo(200);
  }

  /** Progress and interruption are about the caller's own requests. */
  @Test
  void anInterruptionReachesTheCallersWorkOnly() throws Exception {
    var gate = new Gate();
    network = gate;
    try {
      CompletableFuture<HttpResponse<String>> ann = begin("ann");
      gate.awaitCall();
      CompletableFuture<HttpResponse<String>> bob = begin("bob");
      server.awaitUnfinished(2);
      awaitPreview(gate);
      JsonNode progress = get("progress?skip_current_image=true");
      assertThat(progress.at("/state/job_count").intValue()).isEqualTo(1);
      assertThat(progress.get("progress").doubleValue()).isBetween(0.01, 0.99);
      assertThat(progress.get("current_image").isNull()).isTrue();
      var interrupt = request("bob", "/sdapi/v1/interrupt").POST(BodyPublishers.noBody());
      assertThat(send(interrupt).statusCode()).isEqualTo(200);
      var stopped = bob.get(30, TimeUnit.SECONDS);
      assertThat(stopped.statusCode()).as(stopped.body()).isEqualTo(200);
      assertThat(JSON.readTree(stopped.body()).get("images")).isEmpty();
      gate.open();
      assertThat(JSON.readTree(ann.get(30, TimeUnit.SECONDS).body()).get("images")).hasSize(1);
      assertThat(get("progress").at("/state/job_count").intValue()).isEqualTo(0);
    } finally {
      gate.open();
      network = query -> {};
    }
  }

  private static void awaitPreview(Gate gate) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    JsonNode image = get("progress").get("current_image");
    while (image.isNull() && System.nanoTime() < end) {
      gate.step();
      TimeUnit.MILLISECONDS.sleep(20);
      image = get("progress").get("current_image");
    }
    assertThat(ImageFiles.read(image.binaryValue(), 1 << 20).width()).isPositive();
  }

  private static CompletableFuture<HttpResponse<String>> begin(String tenant) {
    return CLIENT.sendAsync(
        request(tenant, "/sdapi/v1/txt2img")
            .POST(BodyPublishers.ofString("{\"prompt\": \"a\", \"steps\": 200}"))
            .build(),
        BodyHandlers.ofString());
  }
}
