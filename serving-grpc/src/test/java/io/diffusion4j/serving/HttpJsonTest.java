package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.serving.http.ProtoJson;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The unary methods over JSON, and all methods for browsers. */
@Tag("slow")
@Timeout(60)
class HttpJsonTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String GENERATE = "/diffusion4j/v1/images:generate";

  private static TestServer server;

  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(ToyModel.named("toy"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {GENERATE, "/diffusion4j.v1.GenerationService/GenerateImages"})
  void imagesAreTheSameAsOverGrpc(String path) throws Exception {
    var request = request("a red apple").addSeeds(7).setImageCount(2).build();
    var answer = post(server, path, ProtoJson.print(request));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var images = GenerateImagesResponse.newBuilder();
    ProtoJson.merge(new StringReader(answer.body()), images);
    assertThat(images.getImagesList())
        .isEqualTo(server.blocking().generateImages(request).getImagesList());
  }

  @Test
  void jsonIsNeitherGuessedAtNorKept() throws Exception {
    for (String path : List.of("/diffusion4j.v1.ModelService/ListModels", GENERATE, "/nothing")) {
      HttpResponse<String> answer = post(server, path, "{}");
      assertThat(answer.headers().allValues("x-content-type-options"))
          .as(path)
          .containsExactly("nosniff");
      assertThat(answer.headers().allValues("cache-control")).containsExactly("no-store");
    }
  }

  @Test
  void namesMayBeThoseOfTheContract() throws Exception {
    var answer =
        post(
            server,
            GENERATE,
            "{\"text_to_image\": {\"prompt\": {\"text\": \"x\"}}, \"validate_only\": true}");
    assertThat(JSON.readTree(answer.body()).at("/plan/imageSteps").asText()).isEqualTo("9");
  }

  @Test
  void modelsAreListedAndDescribed() throws Exception {
    try (var server = new TestServer(ToyModel.named("one"), ToyModel.named("two"))) {
      var page = JSON.readTree(get(server, "/diffusion4j/v1/models?page_size=1").body());
      assertThat(page.at("/models/0/name").asText()).isEqualTo("one");
      var next =
          get(server, "/diffusion4j/v1/models?pageToken=" + page.at("/nextPageToken").asText());
      assertThat(JSON.readTree(next.body()).at("/models/0/name").asText()).isEqualTo("two");
      var model = JSON.readTree(get(server, "/diffusion4j/v1/models/two").body());
      assertThat(model.at("/model/imageWidth").asInt()).isEqualTo(ToyModel.LARGE);
    }
  }

  @Test
  void errorsCarryTheDetailsThatTheyHaveOverGrpc() throws Exception {
    var answer =
        post(server, GENERATE, "{\"textToImage\": {}, \"imageCount\": 99, \"requestId\": \"x\"}");
    assertThat(answer.statusCode()).isEqualTo(400);
    JsonNode error = JSON.readTree(answer.body()).get("error");
    assertThat(error.at("/code").asInt()).isEqualTo(400);
    assertThat(error.at("/status").asText()).isEqualTo("INVALID_ARGUMENT");
    assertThat(error.at("/details/0/@type").asText())
        .isEqualTo("type.googleapis.com/google.rpc.ErrorInfo");
    assertThat(error.at("/details/0/reason").asText()).isEqualTo("INVALID_FIELDS");
    assertThat(error.at("/details/1/fieldViolations").findValuesAsText("field"))
        .containsExactly("text_to_image.prompt.text", "request_id", "image_count");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST | /diffusion4j/v1/images:generate | {               | 400 | INVALID_ARGUMENT",
        "POST | /diffusion4j/v1/images:generate | [1]             | 400 | INVALID_ARGUMENT",
        "POST | /diffusion4j/v1/images:generate | {\"no_such\":1} | 400 | INVALID_ARGUMENT",
        "POST | /diffusion4j/v1/images:generate | {\"seeds\":-1}  | 400 | INVALID_ARGUMENT",
        "POST | /diffusion4j.v1.GenerationService/GenerateImages | {  | 400 | INVALID_ARGUMENT",
        "POST | /diffusion4j.v1.GenerationService/NoSuch | {}     | 404 | NOT_FOUND",
        "POST | /diffusion4j/v1/models          | {}              | 405 | INVALID_ARGUMENT",
        "GET  | /diffusion4j/v1/models/other    | ''              | 404 | NOT_FOUND",
        "GET  | /diffusion4j/v1/models/%2e%2e%2fetc | ''          | 400 | INVALID_ARGUMENT",
        "GET  | /no/such/path                   | ''              | 404 | NOT_FOUND",
      })
  void whatCannotBeAnsweredIsAnErrorInJson(
      String method, String path, String body, int code, String status) throws Exception {
    var answer = method.equals("GET") ? get(server, path) : post(server, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(code);
    JsonNode error = JSON.readTree(answer.body()).get("error");
    assertThat(error.at("/code").asInt()).isEqualTo(code);
    assertThat(error.at("/status").asText()).isEqualTo(status);
    assertThat(error.at("/message").asText()).isNotBlank();
  }

  @Test
  void aRequestThatIsTooLargeIsRefused() throws Exception {
    var answer = post(server, GENERATE, ProtoJson.print(request("x".repeat(5 << 20)).build()));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
    assertThat(JSON.readTree(answer.body()).at("/error/details/0/reason").asText())
        .isEqualTo("REQUEST_TOO_LARGE");
  }

  @Test
  void aFullQueueSaysWhenToComeAgain() throws Exception {
    Gate gate = new Gate();
    var config = CONFIG.withRows(1).withQueueCapacity(1);
    try (var server = new TestServer(config, ToyModel.named("toy", gate::accept))) {
      Call runs = Call.start(server.channel, request("runs"));
      gate.awaitCall();
      Call waits = Call.start(server.channel, request("waits"));
      waits.queuePosition();
      var answer = post(server, GENERATE, ProtoJson.print(request("x").build()));
      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(answer.headers().firstValue("retry-after")).contains("1");
      assertThat(JSON.readTree(answer.body()).at("/error/details/0/reason").asText())
          .isEqualTo("QUEUE_FULL");
      gate.open();
      assertThat(runs.end().isOk()).isTrue();
      assertThat(waits.end().isOk()).isTrue();
    }
  }

  @Test
  void aClientWhoDisconnectsStopsItsRequest() throws Exception {
    Gate gate = new Gate();
    try (var server = new TestServer(ToyModel.named("toy", gate::accept))) {
      String body = ProtoJson.print(request("x").build());
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
        String head =
            "POST "
                + GENERATE
                + " HTTP/1.1\r\n"
                + "Host: localhost\r\n"
                + "Content-Type: application/json\r\n"
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(UTF_8));
        gate.awaitCall();
      }
      server.awaitUnfinished(0);
      gate.open();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/grpc-web+proto", "application/grpc-web-text+proto"})
  void browsersCanStreamOverGrpcWeb(String type) throws Exception {
    boolean text = type.contains("text");
    byte[] message = request("x").build().toByteArray();
    byte[] frame =
        ByteBuffer.allocate(5 + message.length)
            .put((byte) 0)
            .putInt(message.length)
            .put(message)
            .array();
    var answer =
        client.send(
            HttpRequest.newBuilder(
                    uri(server, "/diffusion4j.v1.GenerationService/StreamGenerateImages"))
                .header("content-type", type)
                .POST(BodyPublishers.ofByteArray(text ? Base64.getEncoder().encode(frame) : frame))
                .build(),
            BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains(type);
    byte[] body = text ? decodePieces(new String(answer.body(), UTF_8)) : answer.body();
    ByteBuffer frames = ByteBuffer.wrap(body);
    int messages = 0;
    String trailers = "";
    while (frames.hasRemaining()) {
      boolean last = (frames.get() & 0x80) != 0;
      byte[] content = new byte[frames.getInt()];
      frames.get(content);
      if (last) {
        trailers = new String(content, UTF_8);
      } else {
        messages++;
      }
    }
    assertThat(messages).isGreaterThan(4);
    assertThat(trailers).containsPattern("grpc-status: *0");
  }

  /** The bytes of concatenated Base64 texts, each with its own padding. */
  private static byte[] decodePieces(String text) {
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i += 4) {
      bytes.writeBytes(Base64.getDecoder().decode(text.substring(i, i + 4)));
    }
    return bytes.toByteArray();
  }

  private HttpResponse<String> post(TestServer server, String path, String body)
      throws IOException, InterruptedException {
    return client.send(toPost(server, path, body), BodyHandlers.ofString());
  }

  private static HttpRequest toPost(TestServer server, String path, String body) {
    return HttpRequest.newBuilder(uri(server, path))
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> get(TestServer server, String path)
      throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(uri(server, path)).build(), BodyHandlers.ofString());
  }

  private static URI uri(TestServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.server.port() + path);
  }
}
