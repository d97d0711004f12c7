package io.diffusion4j.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.base.Splitter;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.Gate;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class OpenAiApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String GENERATIONS = "/v1/images/generations";

  /** As OpenAI's clients speak; this one fails over HTTP/2 if an answer comes before its body. */
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @SuppressWarnings("NullAway.Init") // before all
  private static ToyService server;

  @BeforeAll
  static void start() {
    server = ToyService.onPort(8, query -> {}, new OpenAiModule());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void imagesAreThoseOfTheService() throws Exception {
    var answer =
        post(
            GENERATIONS,
            "{\"model\": \"dall-e-2\", \"prompt\": \"a dog\", \"n\": 2,"
                + " \"response_format\": \"b64_json\", \"user\": \"somebody\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    JsonNode body = JSON.readTree(answer.body());
    assertThat(body.get("created").isIntegralNumber()).isTrue();
    assertThat(body.get("data")).hasSize(2);
    try (var client = server.client()) {
      for (JsonNode image : body.get("data")) {
        assertThat(fieldNames(image)).containsExactly("b64_json");
        byte[] png = image.get("b64_json").binaryValue();
        var recipe = Recipes.fromJson(requireNonNull(Png.text(png).get(Recipes.KEYWORD)));
        var again = client.generate(recipe.getRequest(), ProgressListener.NONE);
        assertThat(again.images().get(0).png()).isEqualTo(png);
      }
    }
  }

  /** Browsers send forms without asking first. */
  @Test
  void formsOfOtherSitesAreRefused() throws Exception {
    byte[] form = new Form().file("image", Pictures.opaque(8, 8)).bytes();
    for (String origin : List.of("https://other.example", "http://127.0.0.1:" + server.port())) {
      var request =
          request(server, "/v1/images/variations")
              .header("content-type", Form.TYPE)
              .header("origin", origin)
              .POST(BodyPublishers.ofByteArray(form))
              .build();
      assertThat(CLIENT.send(request, BodyHandlers.ofString()).statusCode())
          .isEqualTo(origin.contains("other") ? 403 : 200);
    }
  }

  @ParameterizedTest
  @CsvSource({", 160", "auto, 160", "160x160, 160", "256x256, 256", "512x512, 512"})
  void imagesHaveTheSizeThatIsAskedFor(@Nullable String size, int pixels) throws Exception {
    String asked = size == null ? "" : ", \"size\": \"" + size + "\"";
    var answer = post(GENERATIONS, "{\"prompt\": \"a dog\"" + asked + "}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    String url = JSON.readTree(answer.body()).at("/data/0/url").textValue();
    assertThat(url).startsWith("data:image/png;base64,");
    byte[] png = Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1));
    Image image = ImageFiles.read(png, 1 << 20);
    assertThat(image.width()).isEqualTo(pixels);
    assertThat(image.height()).isEqualTo(pixels);
    assertThat(Png.text(png).containsKey(Recipes.KEYWORD)).isEqualTo(pixels == 160);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                        | prompt          | missing_required_parameter",
        "{\"prompt\": \"\"}                        | prompt          | invalid_value",
        "{\"prompt\": 7}                           | prompt          | invalid_value",
        "{\"prompt\": \"x\", \"n\": 0}             | n               | invalid_value",
        "{\"prompt\": \"x\", \"n\": 99}            | n               | invalid_value",
        "{\"prompt\": \"x\", \"n\": \"2\"}         | n               | invalid_value",
        "{\"prompt\": \"x\", \"n\": 1e99}          | n               | invalid_value",
        "{\"prompt\": \"x\", \"size\": \"1x1\"}    | size            | invalid_value",
        "{\"prompt\": \"x\", \"stream\": 1}        | stream          | invalid_value",
        "{\"prompt\": \"x\", \"partial_images\": 4} | partial_images | invalid_value",
        "{\"prompt\": \"x\", \"response_format\": \"\"} | response_format | invalid_value",
        "{\"prompt\": \"x\", \"output_format\": \"webp\"} | output_format | invalid_value",
        "{\"prompt\": \"x\", \"image\": \"y\"}     | image           | unknown_parameter",
        "{\"prompt\": \"x\", \"prompt\": \"y\"}    |                 | invalid_json",
        "{\"prompt\": \"x\"                        |                 | invalid_json",
        "[]                                        |                 | invalid_json",
        "''                                        |                 | invalid_json",
      })
  void whatIsWrongIsNamed(String body, @Nullable String param, String code) throws Exception {
    assertRefused(post(GENERATIONS, body), 400, "invalid_request_error", param, code);
  }

  @Test
  void aModelThatIsNotThereIsNotFound() throws Exception {
    var answer = post(GENERATIONS, "{\"prompt\": \"x\", \"model\": \"../etc/passwd\"}");
    assertRefused(answer, 404, "invalid_request_error", "model", "model_not_found");
    assertThat(JSON.readTree(answer.body()).at("/error/message").textValue())
        .isEqualTo(
            "model: \"../etc/passwd\" (expected: one of toy, or dall-e-2 or gpt-image-… for the"
                + " default)");
  }

  @ParameterizedTest
  @ValueSource(strings = {GENERATIONS, "/v1/images/edits", "/v1/images/variations"})
  void aBodyOfAnotherTypeIsRefused(String path) throws Exception {
    assertRefused(
        send(path, "text/plain", "prompt".getBytes(UTF_8)),
        415,
        "invalid_request_error",
        null,
        "unsupported_content_type");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/chat/completions", "/v1/images", "/v1/images/generations/x"})
  void otherRoutesAreNone(String path) throws Exception {
    assertRefused(post(path, "{}"), 404, "invalid_request_error", null, "unknown_url");
  }

  @Test
  void formsAreChecked() throws Exception {
    byte[] image = Pictures.opaque(160, 160);
    byte[] mask = Pictures.halfTransparent(160);
    String edits = "/v1/images/edits";
    String variations = "/v1/images/variations";
    String missing = "missing_required_parameter";
    String invalid = "invalid_value";
    assertRefused(edits, new Form().value("prompt", "x"), "image", missing);
    assertRefused(edits, new Form().file("image", image).file("mask", mask), "prompt", missing);
    assertRefused(edits, new Form().value("prompt", "x").file("image", image), "mask", invalid);
    assertRefused(
        edits,
        new Form().value("prompt", "x").file("image", image).file("mask", image),
        "mask",
        invalid);
    assertRefused(
        edits,
        new Form().value("prompt", "x").file("image", image).file("mask", Pictures.jpeg(160)),
        "mask",
        invalid);
    assertRefused(
        edits,
        new Form().value("prompt", "x").file("image", image).file("image", image),
        "image",
        invalid);
    assertRefused(variations, new Form().value("n", "1"), "image", missing);
    assertRefused(variations, new Form().value("image", "words"), "image", invalid);
    assertRefused(variations, new Form().file("image", image).value("n", "two"), "n", invalid);
    assertRefused(
        variations,
        new Form().file("image", image).value("prompt", "x"),
        "prompt",
        "unknown_parameter");
  }

  @Test
  void aPartWhoseHeadIsDamagedIsRefused() throws Exception {
    String form = "--edge\r\nContent-Disposition: form-data; name=\"\r\n\r\nx\r\n--edge--\r\n";
    var answer = send("/v1/images/edits", Form.TYPE, form.getBytes(UTF_8));
    assertRefused(answer, 400, "invalid_request_error", null, "invalid_form");
  }

  @Test
  void aMaskOfManyPixelsIsRefusedBeforeItIsDecoded() throws Exception {
    var answer =
        send(
            "/v1/images/edits",
            Form.TYPE,
            new Form()
                .value("prompt", "x")
                .file("image", Pictures.opaque(160, 160))
                .file("mask", withSize(Pictures.halfTransparent(8), 60_000))
                .bytes());
    assertRefused(answer, 400, "invalid_request_error", "mask", "invalid_value");
    assertThat(answer.body()).contains("60000×60000 pixels");
  }

  /** The PNG with another size in its header. */
  private static byte[] withSize(byte[] png, int size) {
    byte[] changed = png.clone();
    for (int at : new int[] {16, 20}) {
      changed[at + 2] = (byte) (size >> 8);
      changed[at + 3] = (byte) size;
    }
    var crc = new CRC32();
    crc.update(changed, 12, 17);
    for (int i = 0; i < 4; i++) {
      changed[29 + i] = (byte) (crc.getValue() >> (24 - 8 * i));
    }
    return changed;
  }

  @Test
  void modelsAreListedAndRetrieved() throws Exception {
    JsonNode list = JSON.readTree(get("/v1/models").body());
    assertThat(list.get("object").textValue()).isEqualTo("list");
    assertThat(list.get("data")).hasSize(1);
    JsonNode toy = list.at("/data/0");
    assertThat(toy.get("id").textValue()).isEqualTo(ToyService.MODEL);
    assertThat(toy.get("object").textValue()).isEqualTo("model");
    assertThat(JSON.readTree(get("/v1/models/toy").body())).isEqualTo(toy);
    assertThat(JSON.readTree(get("/v1/models/dall-e-2").body())).isEqualTo(toy);
    assertRefused(
        get("/v1/models/other"), 404, "invalid_request_error", "model", "model_not_found");
  }

  @Test
  void aStreamShowsPartialImagesAndThenTheImage() throws Exception {
    var answer =
        post(
            GENERATIONS,
            "{\"prompt\": \"a dog\", \"stream\": true, \"partial_images\": 2,"
                + " \"size\": \"256x256\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    List<JsonNode> events = events(answer.body());
    assertThat(events)
        .extracting(event -> event.get("type").textValue())
        .endsWith("image_generation.completed")
        .filteredOn("image_generation.partial_image"::equals)
        .hasSizeBetween(1, 2) // the service may drop previews
        .hasSize(events.size() - 1);
    for (int i = 0; i < events.size(); i++) {
      JsonNode event = events.get(i);
      assertThat(event.get("size").textValue()).isEqualTo("256x256");
      assertThat(event.get("created_at").isIntegralNumber()).isTrue();
      assertThat(event.path("partial_image_index").asInt(i)).isEqualTo(i);
      assertThat(ImageFiles.read(event.get("b64_json").binaryValue(), 1 << 20).width())
          .isEqualTo(256);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFailedImageIsReported(boolean stream) throws Exception {
    var calls = new AtomicInteger();
    try (var sick =
        ToyService.onPort(
            8,
            query -> {
              if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("sick");
              }
            },
            new OpenAiModule())) {
      String body = "{\"prompt\": \"x\", \"n\": 3, \"stream\": " + stream + "}";
      var answer = later(sick, body).get();
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      if (stream) {
        assertThat(events(answer.body()))
            .extracting(event -> event.get("type").textValue())
            .containsExactly("image_generation.completed", "image_generation.completed", "error");
      } else {
        assertThat(answer.headers().firstValue("x-failed-images")).contains("1");
        JsonNode json = JSON.readTree(answer.body());
        assertThat(json.get("data")).hasSize(2);
        assertThat(json.at("/failures/0").asText()).contains("internal error");
      }
    }
  }

  @Test
  void whoMayNotDrawHasNoMaskDecoded() throws Exception {
    var nobody = new Principal("n", Set.of(), Set.of(Principal.EVERY_MODEL), Quota.NONE);
    try (var closed =
        ToyService.onPort(1, q -> {}, new OpenAiModule(), ToyService.asking(token -> nobody))) {
      byte[] form =
          new Form()
              .value("prompt", "x")
              .file("image", new byte[] {1})
              .file("mask", new byte[] {1})
              .bytes();
      var request =
          request(closed, "/v1/images/edits")
              .header("content-type", Form.TYPE)
              .POST(BodyPublishers.ofByteArray(form));
      var answer = CLIENT.send(request.build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
    }
  }

  @Test
  void aStreamThatIsRefusedIsAnswerWithAStatus() throws Exception {
    assertRefused(
        post(GENERATIONS, "{\"prompt\": \"\", \"stream\": true}"),
        400,
        "invalid_request_error",
        "prompt",
        "invalid_value");
  }

  @Test
  void aFullQueueSaysWhenToComeAgain() throws Exception {
    Gate gate = new Gate();
    try (var full = ToyService.onPort(1, gate, new OpenAiModule())) {
      var runs = later(full, "{\"prompt\": \"runs\"}");
      gate.awaitCall();
      var waits = later(full, "{\"prompt\": \"waits\"}");
      full.awaitUnfinished(2);
      for (String stream : new String[] {"false", "true"}) {
        var answer = later(full, "{\"prompt\": \"x\", \"stream\": " + stream + "}").get();
        assertRefused(answer, 429, "requests", null, "rate_limit_exceeded");
        assertThat(answer.headers().firstValue("retry-after")).contains("1");
      }
      gate.open();
      assertThat(runs.get().statusCode()).isEqualTo(200);
      assertThat(waits.get().statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aClientWhoLeavesStopsItsRequest(boolean stream) throws Exception {
    Gate gate = new Gate();
    try (var left = ToyService.onPort(1, gate, new OpenAiModule())) {
      String body = "{\"prompt\": \"x\", \"stream\": " + stream + "}";
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), left.port())) {
        String head =
            "POST "
                + GENERATIONS
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(UTF_8));
        gate.awaitCall();
      }
      left.awaitUnfinished(0);
      gate.open();
    }
  }

  @Test
  void credentialsReachTheService() throws Exception {
    var key = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    var seen = new ConcurrentLinkedQueue<String>();
    ServerInterceptor watch =
        new ServerInterceptor() {
          @Override
          public <Q, R> ServerCall.Listener<Q> interceptCall(
              ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            seen.add(call.getMethodDescriptor().getBareMethodName() + ": " + headers.get(key));
            return next.startCall(call, headers);
          }
        };
    try (var watched =
        ToyService.onPort(
            1,
            query -> {},
            new OpenAiModule(),
            binder ->
                Multibinder.newSetBinder(binder, ServerInterceptor.class)
                    .addBinding()
                    .toInstance(watch))) {
      assertThat(later(watched, "{\"prompt\": \"x\"}").get().statusCode()).isEqualTo(200);
      assertThat(seen).containsExactly("GetModel: Bearer key", "GenerateImages: Bearer key");
    }
  }

  private static void assertRefused(String path, Form form, String param, String code)
      throws Exception {
    assertRefused(send(path, Form.TYPE, form.bytes()), 400, "invalid_request_error", param, code);
  }

  private static void assertRefused(
      HttpResponse<String> answer, int status, String type, @Nullable String param, String code)
      throws IOException {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    JsonNode body = JSON.readTree(answer.body());
    assertThat(fieldNames(body)).containsExactly("error");
    JsonNode error = body.get("error");
    assertThat(fieldNames(error)).containsExactly("message", "type", "param", "code");
    assertThat(error.get("message").textValue()).isNotBlank();
    assertThat(error.get("type").textValue()).isEqualTo(type);
    assertThat(error.get("param").textValue()).isEqualTo(param);
    assertThat(error.get("code").textValue()).isEqualTo(code);
  }

  private static Collection<String> fieldNames(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static List<JsonNode> events(String body) throws IOException {
    List<JsonNode> events = new ArrayList<>();
    for (String event : Splitter.on("\n\n").split(body.strip())) {
      List<String> lines = Splitter.on('\n').splitToList(event);
      JsonNode data = JSON.readTree(lines.get(1).substring("data: ".length()));
      assertThat(lines.get(0)).isEqualTo("event: " + data.get("type").textValue());
      events.add(data);
    }
    return events;
  }

  private static CompletableFuture<HttpResponse<String>> later(ToyService server, String body) {
    return CLIENT.sendAsync(
        request(server, GENERATIONS)
            .header("content-type", "application/json")
            .header("authorization", "Bearer key")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return send(path, "application/json", body.getBytes(UTF_8));
  }

  private static HttpResponse<String> send(String path, String type, byte[] body) throws Exception {
    return CLIENT.send(
        request(server, path)
            .header("content-type", type)
            .POST(BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return CLIENT.send(request(server, path).build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(ToyService server, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }
}
