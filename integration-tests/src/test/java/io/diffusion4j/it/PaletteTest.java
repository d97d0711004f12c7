package io.diffusion4j.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.inject.util.Modules;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.local.LocalServer;
import io.diffusion4j.local.ServerProgram;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.LoraChoice;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceRequest;
import io.modelcontextprotocol.spec.McpSchema.ResourceLink;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A folder of own pictures is indexed, searched, drawn from and learned from. */
@Timeout(300)
@ExtendWith(TinyPipeline.Resolver.class)
class PaletteTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path files = Path.of("");

  private final Path model;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @SuppressWarnings("NullAway.Init") // before each test
  private LocalServer server;

  PaletteTest(TinyPipeline tiny) {
    model = tiny.folder().toAbsolutePath();
  }

  @BeforeEach
  void start() throws Exception {
    writePictures(files.resolve("own"));
    server = serve("train-steps: 4", "");
    awaitEnd();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private LocalServer serve(String training, String more) throws IOException {
    Path file = files.resolve("server.yaml");
    Files.writeString(
        file,
        """
        port: 0
        models: [{path: %s, name: tiny, precision: bf16}]
        palette: {pictures: own, %s}
        %s
        """
            .formatted(model, training, more));
    return LocalServer.start(ServerProgram.of(ServerConfig.read(file)), Modules.EMPTY_MODULE);
  }

  /** Writes three pictures. */
  static void writePictures(Path folder) throws IOException {
    picture(folder.resolve("red apple.png"), Color.RED);
    picture(folder.resolve("blue.jpg"), Color.BLUE);
    picture(folder.resolve("green/frog & co.png"), Color.GREEN);
  }

  private static void picture(Path file, Color colour) throws IOException {
    var image = new BufferedImage(90, 60, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 60; y++) {
      for (int x = 0; x < 90; x++) {
        image.setRGB(x, y, (x + y) % 7 == 0 ? 0xFFFFFF : colour.getRGB());
      }
    }
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    ImageIO.write(image, file.toString().endsWith(".jpg") ? "jpeg" : "png", file.toFile());
  }

  private HttpResponse<byte[]> send(String route, String... body) throws Exception {
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.server().port() + "/api/palette" + route))
            .header("content-type", "application/json");
    if (body.length > 0) {
      request.POST(BodyPublishers.ofString(body[0].replace('\'', '"')));
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private JsonNode state(String token) throws Exception {
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.server().port() + "/api/palette"))
            .header("authorization", "Bearer " + token)
            .build();
    return JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
  }

  private JsonNode awaitEnd() throws Exception {
    JsonNode state = JSON.readTree(send("").body());
    while (state.get("running").booleanValue()) {
      Thread.sleep(20);
      state = JSON.readTree(send("").body());
    }
    return state;
  }

  private McpSyncClient agent() {
    var client =
        McpClient.sync(
                HttpClientStreamableHttpTransport.builder(
                        "http://127.0.0.1:" + server.server().port())
                    .jsonMapper(new JacksonMcpJsonMapper(JSON))
                    .build())
            .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(""))
            .build();
    client.initialize();
    return client;
  }

  private static CallToolResult call(
      McpSyncClient agent, String tool, Map<String, Object> arguments) {
    return agent.callTool(CallToolRequest.builder(tool).arguments(arguments).build());
  }

  private static String text(CallToolResult result) {
    return ((TextContent) result.content().get(0)).text();
  }

  @Test
  void anAgentFindsMixesTrainsAndDraws() throws Exception {
    try (var agent = agent()) {
      var found = call(agent, "search", Map.of("text", "a green frog"));
      List<String> uris =
          found.content().stream()
              .filter(ResourceLink.class::isInstance)
              .map(link -> ((ResourceLink) link).uri())
              .toList();
      assertThat(uris).hasSize(3).contains("diffusion4j:/palette/green%2Ffrog%20&%20co.png");
      assertThat(agent.readResource(ReadResourceRequest.builder(uris.get(0)).build()).contents())
          .hasSize(1);
      var alike = call(agent, "search", Map.of("image", uris.get(1), "count", 1));
      assertThat(text(alike)).startsWith(uris.get(1) + ": ");
      var mixed =
          call(
              agent,
              "mix",
              Map.of(
                  "ingredients",
                  List.of(Map.of("image", uris.get(0)), Map.of("image", uris.get(1))),
                  "steps",
                  1));
      assertThat(mixed.content().get(0)).isInstanceOf(ImageContent.class);

      var trained =
          call(
              agent,
              "train",
              Map.of("name", "mine", "images", uris, "caption", "a frog", "steps", 2));
      assertThat(text(trained)).isEqualTo("trained");
      var drawn =
          call(agent, "generate", Map.of("prompt", "a frog", "lora", "mine:0.5", "steps", 1));
      byte[] png = Base64.getDecoder().decode(((ImageContent) drawn.content().get(0)).data());
      LoraChoice used =
          Recipes.fromJson(Objects.requireNonNull(Png.text(png).get(Recipes.KEYWORD)))
              .getRequest()
              .getLoras(0);
      assertThat(used.getName()).isEqualTo("mine");
      assertThat(used.getScale()).isEqualTo(0.5);

      assertThat(text(call(agent, "train", Map.of("name", "mine", "images", uris))))
          .startsWith("lora: mine (expected: a name of its own");
      assertThat(text(call(agent, "train", Map.of("name", "m", "images", List.of("x")))))
          .startsWith("images: \"x\" (expected: Pictures of the palette");
      assertThat(text(call(agent, "train", Map.of("name", "m", "images", uris, "steps", 5))))
          .isEqualTo("steps: 5 (expected: 1 to 4)");
      Files.delete(files.resolve("own/blue.jpg"));
      assertThat(text(call(agent, "index", Map.of()))).isEqualTo("indexed");
      assertThat(call(agent, "search", Map.of("text", "x")).content()).hasSize(4);
    }
    try (Stream<Path> left = Files.list(files.resolve("own/.diffusion4j-loras"))) {
      assertThat(left)
          .extracting(file -> file.getFileName().toString())
          .containsExactly("mine.safetensors");
    }
  }

  @Test
  void updatesAreThereAfterARestart() throws Exception {
    assertThat(
            send("/train", "{'name': 'kept', 'pictures': ['blue.jpg'], 'steps': 1}").statusCode())
        .isEqualTo(200);
    assertThat(awaitEnd().get("failure").asText()).isEmpty();
    server.close();
    server = serve("train-steps: 0", "");
    awaitEnd();
    try (var client = server.client()) {
      assertThat(client.models().get(0).getLorasList())
          .singleElement()
          .satisfies(lora -> assertThat(lora.getName()).isEqualTo("kept"));
    }
    assertThat(new String(send("/train", "{'name': 'm', 'pictures': ['blue.jpg']}").body(), UTF_8))
        .contains("train: m (expected: a server with palette.train-steps)");
  }

  @Test
  void aTrainingIsStopped() throws Exception {
    server.close();
    server = serve("train-steps: 100000", "");
    awaitEnd();
    var begun = send("/train", "{'name': 'long', 'pictures': ['blue.jpg', 'red apple.png']}");
    assertThat(new String(begun.body(), UTF_8)).contains("train long");
    assertThat(send("/index", "{}").statusCode()).isEqualTo(409);
    assertThat(new String(send("/index", "{}").body(), UTF_8))
        .contains("train long (expected: its end");
    JsonNode state = JSON.readTree(send("").body());
    while (state.get("done").longValue() == 0) {
      assertThat(state.get("running").booleanValue()).as("%s", state).isTrue();
      Thread.sleep(20);
      state = JSON.readTree(send("").body());
    }
    send("/stop", "{}");
    JsonNode end = awaitEnd();
    assertThat(end.get("failure").asText()).isEqualTo("stopped");
    try (var client = server.client()) {
      assertThat(client.models().get(0).getLorasList()).isEmpty();
    }
    try (Stream<Path> left = Files.list(files.resolve("own/.diffusion4j-loras"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void picturesAreShownByTheirNamesOnly() throws Exception {
    var shown = send("/picture?name=green%2Ffrog%20%26%20co.png");
    assertThat(shown.statusCode()).isEqualTo(200);
    assertThat(ImageIO.read(new ByteArrayInputStream(shown.body())).getWidth()).isEqualTo(60);
    Files.delete(files.resolve("own/blue.jpg"));
    for (String name : List.of("blue.jpg", "..%2Fserver.yaml", "none.png", "%2Fetc%2Fpasswd", "")) {
      assertThat(send("/picture?name=" + name).statusCode()).as(name).isIn(400, 404);
    }
    assertThat(send("/train", "{'name': 'm', 'pictures': ['../server.yaml']}").statusCode())
        .isEqualTo(400);
    assertThat(send("/train", "{'name': '../m', 'pictures': ['blue.jpg']}").statusCode())
        .isEqualTo(400);
    assertThat(send("/train", "{'name': 'm'}").statusCode()).isEqualTo(400);
    assertThat(send("/train", "{").statusCode()).isEqualTo(400);
  }

  /** Each request for a picture keeps a thread waiting while another picture is read. */
  @Test
  @Timeout(30)
  void morePicturesThanThreadsMayWaitForAreRefused() throws Exception {
    Path slow = files.resolve("own/blue.jpg");
    Files.delete(slow);
    assumeTrue(new ProcessBuilder("mkfifo", slow.toString()).start().waitFor() == 0);
    List<CompletableFuture<HttpResponse<String>>> responses;
    try (var pipe = new RandomAccessFile(slow.toFile(), "rw")) {
      try {
        responses = refused("/picture?name=blue.jpg", 64, 16);
        assertThat(send("").statusCode()).isEqualTo(200);
      } finally {
        Files.delete(slow);
        pipe.writeBytes("no picture");
      }
    }
    assertThat(responses).extracting(response -> response.join().statusCode()).containsOnly(404);
  }

  /** Sends requests, some of which are refused; returns the others' responses. */
  private List<CompletableFuture<HttpResponse<String>>> refused(
      String route, int waiting, int refused) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.server().port() + "/api/palette" + route))
            .build();
    List<CompletableFuture<HttpResponse<String>>> all =
        Stream.generate(() -> http.sendAsync(request, BodyHandlers.ofString()))
            .limit(waiting + refused)
            .toList();
    while (all.stream().filter(CompletableFuture::isDone).count() < refused) {
      Thread.sleep(10);
    }
    List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>();
    for (var response : all) {
      if (response.isDone()) {
        assertThat(response.join().statusCode()).isEqualTo(429);
        assertThat(response.join().body())
            .contains("the queue is full: " + waiting + " requests are waiting");
      } else {
        others.add(response);
      }
    }
    assertThat(others).hasSize(waiting);
    return others;
  }

  @Test
  void thePaletteTakesRoles() throws Exception {
    server.close();
    Files.writeString(
        files.resolve("tokens.yaml"),
        """
        tokens:
        - {name: ann, sha256: %s}
        - {name: bob, sha256: %s, roles: [generate]}
        """
            .formatted(HashedTokens.hash("secret"), HashedTokens.hash("other")));
    server = serve("train-steps: 4", "tokens: tokens.yaml");
    assertThat(send("").statusCode()).isEqualTo(401);
    assertThat(state("other")).isEmpty();
    assertThat(state("secret")).isNotEmpty();
    assertThat(send("/index", "{}").statusCode()).isEqualTo(401);
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.server().port() + "/api/palette/index"))
            .header("authorization", "Bearer secret")
            .POST(BodyPublishers.noBody())
            .build();
    var refused = http.send(request, BodyHandlers.ofString());
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("role TRAIN");
  }
}
