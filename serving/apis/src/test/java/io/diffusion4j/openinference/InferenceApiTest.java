package io.diffusion4j.openinference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.client.Connection;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.serving.Gate;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class InferenceApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String INFER = "/v2/models/toy/infer";
  private static final String PROMPT =
      "{\"name\": \"prompt\", \"datatype\": \"BYTES\", \"shape\": [1], \"data\": [\"a dog\"]}";
  private static final String SEED =
      "{\"name\": \"seed\", \"datatype\": \"UINT64\", \"shape\": [1], \"data\": [7]}";

  private static volatile Consumer<Object> network = query -> {};

  @SuppressWarnings("NullAway.Init") // before all
  private static ToyService server;

  @BeforeAll
  static void start() {
    server =
        ToyService.onPort(
            query -> network.accept(query),
            new OpenInferenceModule(),
            ToyService.asking(InferenceApiTest::authenticate));
  }

  private static Principal authenticate(String token) {
    if (!token.equals("secret")) {
      throw new UnauthenticatedException("TOKEN_UNKNOWN", "authorization: an unknown token");
    }
    return Principal.ANYBODY;
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .header("authorization", "Bearer secret");
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return CLIENT.send(request(path).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return CLIENT.send(
        request(path)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static byte[] pixelsOfTheService() throws IOException {
    try (var client =
        GenerationClient.connect(
            "127.0.0.1:" + server.port(), Connection.PLAINTEXT.withToken("secret"))) {
      byte[] png =
          client.generate(Requests.textToImage("a dog").addSeeds(7).build()).images().get(0).png();
      return Rgb8.of(ImageFiles.read(png, 1 << 20)).pixels();
    }
  }

  private static byte[] bytes(JsonNode data) {
    byte[] bytes = new byte[data.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) data.get(i).intValue();
    }
    return bytes;
  }

  @Test
  void pixelsAreNumbersInJson() throws Exception {
    var answer = post(INFER, "{\"id\": \"x\", \"inputs\": [" + PROMPT + ", " + SEED + "]}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode body = JSON.readTree(answer.body());
    assertThat(body.get("id").asText()).isEqualTo("x");
    assertThat(body.at("/outputs/0/shape").toString()).isEqualTo("[1,160,160,3]");
    assertThat(bytes(body.at("/outputs/0/data"))).isEqualTo(pixelsOfTheService());
    assertThat(JSON.readTree(body.at("/outputs/1/data/0").asText()).at("/request/seeds/0").asText())
        .isEqualTo("7");
  }

  @Test
  void filesAreBase64InJson() throws Exception {
    var answer =
        post(
            "/v2/models/toy/versions/000000000000/infer",
            "{\"inputs\": ["
                + PROMPT
                + ", "
                + SEED
                + "], \"outputs\": [{\"name\": \"image\", \"parameters\": {\"format\":"
                + " \"png\"}}]}");
    JsonNode image = JSON.readTree(answer.body()).at("/outputs/0");
    assertThat(image.at("/parameters/content_type").asText()).isEqualTo("base64");
    byte[] png = image.at("/data/0").binaryValue();
    assertThat(Rgb8.of(ImageFiles.read(png, 1 << 20)).pixels()).isEqualTo(pixelsOfTheService());
  }

  /** As clients of Triton send and read tensors. */
  @Test
  void tensorsMayFollowTheJson() throws Exception {
    byte[] json =
        ("{\"parameters\": {\"binary_data_output\": true}, \"inputs\": [{\"name\": \"prompt\","
                + " \"datatype\": \"BYTES\", \"shape\": [1, 1], \"parameters\":"
                + " {\"binary_data_size\": 9}}, "
                + SEED
                + "]}")
            .getBytes(UTF_8);
    ByteBuffer body = ByteBuffer.allocate(json.length + 9).order(ByteOrder.LITTLE_ENDIAN);
    body.put(json).putInt(5).put("a dog".getBytes(UTF_8));
    HttpResponse<byte[]> answer =
        CLIENT.send(
            request(INFER)
                .header("inference-header-content-length", Integer.toString(json.length))
                .POST(BodyPublishers.ofByteArray(body.array()))
                .build(),
            BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
    int length =
        Integer.parseInt(
            answer.headers().firstValue("inference-header-content-length").orElseThrow());
    JsonNode head = JSON.readTree(answer.body(), 0, length);
    int pixels = head.at("/outputs/0/parameters/binary_data_size").intValue();
    assertThat(Arrays.copyOfRange(answer.body(), length, length + pixels))
        .isEqualTo(pixelsOfTheService());
    assertThat(answer.body())
        .hasSize(length + pixels + head.at("/outputs/1/parameters/binary_data_size").intValue());
  }

  @Test
  void healthIsOpenToEverybodyAndNothingElse() throws Exception {
    for (String path :
        List.of(
            "/v2/health/live",
            "/v2/health/ready",
            "/v2/models/toy/ready",
            "/v2/models/x/ready",
            "/v2",
            "/v2/models/toy",
            "/v2/models/toy/versions/000000000000/ready")) {
      var stranger =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build();
      int expected =
          path.endsWith("/x/ready") ? 404 : path.matches(".*(health/.*|toy/ready)") ? 200 : 401;
      assertThat(CLIENT.send(stranger, BodyHandlers.ofString()).statusCode())
          .as(path)
          .isEqualTo(expected);
    }
  }

  @Test
  void metadataIsJson() throws Exception {
    assertThat(get("/v2").body()).startsWith("{\"name\":\"diffusion4j\",\"version\":\"");
    JsonNode model = JSON.readTree(get("/v2/models/toy").body());
    assertThat(model.at("/inputs/0").toString())
        .isEqualTo("{\"name\":\"prompt\",\"datatype\":\"BYTES\",\"shape\":[-1]}");
    assertThat(model.at("/outputs/0/shape").toString()).isEqualTo("[-1,160,160,3]");
    assertThat(get("/v2/models/other").statusCode()).isEqualTo(404);
    assertThat(JSON.readTree(get("/v2/models/other").body()).get("error").asText())
        .startsWith("name: \"other\" (expected: one of toy)");
    assertThat(get("/v2/models/toy/versions/2").statusCode()).isEqualTo(404);
    assertThat(get("/v2/models/toy/versions/000000000000/ready").body())
        .isEqualTo("{\"ready\":true}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | body: ",
        "[] | body: \"no object\"",
        "{} | inputs: \"none\" (expected: an array)",
        "{'inputs': [{'name': 'prompt'}]} | inputs[\"prompt\"].datatype",
        "{'inputs': [{'name': 'prompt', 'datatype': 'BYTES', 'shape': ['a']}]} | shape",
        "{'inputs': [{'name': 'seed', 'datatype': 'UINT64', 'shape': [1], 'data': [-1]}]} | type"
            + " UINT64",
        "{'inputs': [{'name': 'steps', 'datatype': 'INT8', 'shape': [1], 'data': [128]}]} | type"
            + " INT8",
        "{'inputs': [{'name': 'prompt', 'datatype': 'BYTES', 'shape': [1], 'data': [1]}]} |"
            + " strings",
        "{'inputs': [{'name': 'prompt', 'datatype': 'BYTES', 'shape': [1], 'parameters':"
            + " {'binary_data_size': 3}}]} | binary_data_size",
        "{'inputs': [{'name': 'prompt', 'datatype': 'BYTES', 'shape': [2], 'data': ['a']}]} |"
            + " inputs[\"prompt\"]",
        "{'inputs': [], 'parameters': {'priority': 1}} | format or none"
      })
  void whatCannotBeReadIsRefused(String body, String message) throws Exception {
    var answer = post(INFER, body.replace('\'', '"'));
    assertThat(answer.statusCode()).isEqualTo(400);
    JsonNode error = JSON.readTree(answer.body());
    assertThat(error.properties()).hasSize(1);
    assertThat(error.get("error").asText()).contains(message);
  }

  @Test
  void aClientThatLeavesStopsItsRequest() throws Exception {
    var held = new Gate();
    network = held;
    try {
      String body = "{\"inputs\": [" + PROMPT + "]}";
      String head =
          "POST "
              + INFER
              + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n";
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        socket.getOutputStream().write((head + body).getBytes(UTF_8));
        held.awaitCall();
      }
      server.awaitIdle();
    } finally {
      held.open();
      network = query -> {};
    }
  }
}
