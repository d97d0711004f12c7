package io.diffusion4j.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.stage.StageSetting;
import io.diffusion4j.diffusion.stage.StageSettings;
import io.diffusion4j.serving.Gate;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.BlobResourceContents;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceRequest;
import io.modelcontextprotocol.spec.McpSchema.ResourceLink;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;

@Timeout(120)
class McpServerTest {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @SuppressWarnings("NullAway.Init") // before all
  private static ToyService server;

  @SuppressWarnings("NullAway.Init")
  private static McpSyncClient client;

  @BeforeAll
  static void start() {
    server = ToyService.onPort(8, query -> {}, new McpModule());
    client = connect(server);
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  private static McpSyncClient connect(ToyService to) {
    var client =
        McpClient.sync(transport(to))
            .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(""))
            .build();
    client.initialize();
    return client;
  }

  private static McpClientTransport transport(ToyService to) {
    return HttpClientStreamableHttpTransport.builder("http://127.0.0.1:" + to.port())
        .jsonMapper(new JacksonMcpJsonMapper(JsonMapper.builder().build()))
        .build();
  }

  private static CallToolResult call(String tool, Map<String, Object> arguments) {
    return client.callTool(CallToolRequest.builder(tool).arguments(arguments).build());
  }

  private static byte[] picture(CallToolResult result) {
    assertThat(result.isError()).as("%s", result.content()).isNotEqualTo(true);
    return Base64.getDecoder().decode(((ImageContent) result.content().get(0)).data());
  }

  private static String uri(CallToolResult result) {
    return ((ResourceLink) result.content().get(1)).uri();
  }

  private static String text(CallToolResult result) {
    return ((TextContent) result.content().get(0)).text();
  }

  private static GenerateImagesRequest drawn(byte[] png) throws Exception {
    return Recipes.fromJson(Objects.requireNonNull(Png.text(png).get(Recipes.KEYWORD)))
        .getRequest();
  }

  @Test
  void aToolHasTheRowsOfTheSettingsInItsSchema() {
    List<Tool> tools = client.listTools().tools();
    assertThat(tools)
        .extracting(Tool::name)
        .containsExactlyInAnyOrder(
            "generate",
            "vary",
            "edit",
            "mix",
            "upscale",
            "describe",
            "search",
            "list_models",
            "verify");
    Tool generate =
        tools.stream().filter(tool -> tool.name().equals("generate")).findFirst().orElseThrow();
    var properties = (Map<?, ?>) Objects.requireNonNull(generate.inputSchema().get("properties"));
    for (StageSetting<?> row : StageSettings.ALL) {
      assertThat(properties.containsKey(row.name())).as(row.name()).isTrue();
    }
    assertThat(String.valueOf(properties.get("steps"))).contains("integer", "≥ 1");
    assertThat(generate.inputSchema().get("required")).isEqualTo(List.of("prompt"));
  }

  @Test
  void aPictureIsABlockAndAResource() throws Exception {
    var result =
        call(
            "generate",
            Map.of(
                "prompt",
                "a dog",
                "negative_prompt",
                "text",
                "seed",
                7,
                "steps",
                3,
                "guidance_scale",
                2.5));
    byte[] png = picture(result);
    GenerateImagesRequest request = drawn(png);
    assertThat(request.getSeedsList()).containsExactly(7L);
    assertThat(request.getStagesOrThrow("decoder").getSteps()).isEqualTo(3);
    assertThat(request.getStagesOrThrow("decoder").getGuidanceScale()).isEqualTo(2.5);
    var read = client.readResource(ReadResourceRequest.builder(uri(result)).build());
    assertThat(Base64.getDecoder().decode(((BlobResourceContents) read.contents().get(0)).blob()))
        .isEqualTo(png);
    assertThat(client.listResourceTemplates().resourceTemplates()).hasSize(1);
  }

  @Test
  void toolsTakeThePicturesOfOthers() throws Exception {
    List<String> tasks = server.client().models().get(0).getTasksList();
    String first = uri(call("generate", Map.of("prompt", "a dog")));
    Map<String, Map<String, Object>> calls =
        Map.of(
            "vary", Map.of("image", first, "likeness", 0),
            "edit", Map.of("image", first, "prompt", "a cat", "strength", 0.5),
            "mix",
                Map.of(
                    "ingredients",
                    List.of(Map.of("text", "a cat", "weight", 0.5), Map.of("image", first))),
            "upscale", Map.of("image", first));
    Map<String, String> needed =
        Map.of("vary", "variation", "edit", "image_to_image", "mix", "mix", "upscale", "upscale");
    for (String tool : calls.keySet()) {
      var result = call(tool, calls.get(tool));
      if (tasks.contains(needed.get(tool)) && !tool.equals("upscale")) {
        assertThat(picture(result)).as(tool).isNotEmpty();
      } else { // an image of the final size is too large to be enlarged
        assertThat(result.isError()).as(tool).isTrue();
        assertThat(text(result)).contains("expected");
      }
    }
  }

  /** With a mask, the strength is a setting of the stage, which refuses it if it has none. */
  @Test
  void theStrengthOfAnEditWithAMaskIsNotIgnored() {
    String first = uri(call("generate", Map.of("prompt", "a dog")));
    Map<String, Object> masked = Map.of("image", first, "prompt", "a cat", "mask", first);
    assertThat(call("edit", masked).isError()).isNotEqualTo(true);
    Map<String, Object> strong = new HashMap<>(masked);
    strong.put("strength", 0.8);
    assertThat(text(call("edit", strong))).contains("strength").contains("expected");
  }

  @Test
  void modelsAreListedAndPicturesDescribedAndVerified() {
    assertThat(text(call("list_models", Map.of()))).contains("\"name\":\"toy\"", "\"steps\"");
    String picture = uri(call("generate", Map.of("prompt", "a dog")));
    assertThat(text(call("describe", Map.of("image", picture, "labels", List.of("x", "yy")))))
        .matches("(x|yy): [01]\\.\\d+\n(x|yy): [01]\\.\\d+");
    assertThat(text(call("verify", Map.of("image", picture)))).contains("unknown");
    var found = call("search", Map.of("text", "a dog"));
    assertThat(found.isError()).isTrue(); // this server has no index
    assertThat(text(found)).contains("index");
  }

  @Test
  void progressIsNotified() {
    List<ProgressNotification> progress = new CopyOnWriteArrayList<>();
    // the synchronous client hands each notification to a thread of its own, in any order
    var ordered =
        McpClient.async(transport(server))
            .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(""))
            .progressConsumer(each -> Mono.fromRunnable(() -> progress.add(each)))
            .build();
    ordered
        .initialize()
        .then(
            ordered.callTool(
                CallToolRequest.builder("generate")
                    .arguments(Map.of("prompt", "a dog"))
                    .progressToken("p")
                    .build()))
        .block();
    ordered.close();
    assertThat(progress).isNotEmpty();
    assertThat(progress).allSatisfy(each -> assertThat(each.progressToken()).isEqualTo("p"));
    assertThat(progress).extracting(ProgressNotification::progress).isSorted();
  }

  @Test
  void faultsOfArgumentsAreOneLine() {
    assertThat(text(call("generate", Map.of())))
        .isEqualTo("prompt: none (expected: What the picture shows.)");
    assertThat(text(call("generate", Map.of("prompt", "x", "cfg", 3))))
        .startsWith("arguments: \"cfg\" (expected: one of prompt, negative_prompt, model, count");
    assertThat(text(call("generate", Map.of("prompt", "x", "steps", 0))))
        .isEqualTo("steps: \"0\" (expected: ≥ 1)");
    assertThat(text(call("generate", Map.of("prompt", "x", "model", "no"))))
        .isEqualTo("model: \"no\" (expected: one of list_models)");
    String image = uri(call("generate", Map.of("prompt", "x")));
    Map<String, Object> both = Map.of("text", "x", "image", image);
    assertThat(text(call("search", both)))
        .isEqualTo("search: text and image (expected: either text or image)");
    assertThat(text(call("mix", Map.of("ingredients", List.of(both)))))
        .isEqualTo("ingredients: text and image (expected: either text or image)");
    assertThat(text(call("mix", Map.of("ingredients", List.of(Map.of("weight", 1))))))
        .isEqualTo("ingredients: neither (expected: either text or image)");
    assertThat(text(call("vary", Map.of("image", "diffusion4j:/pictures/none"))))
        .startsWith("image: \"diffusion4j:/pictures/none\" (expected: a picture in base64");
    assertThatThrownBy(() -> call("draw", Map.of()))
        .isInstanceOf(McpError.class)
        .hasMessageContaining("Unknown tool");
    assertThatThrownBy(
            () ->
                client.readResource(
                    ReadResourceRequest.builder("diffusion4j:/pictures/none").build()))
        .isInstanceOf(McpError.class)
        .hasMessageContaining("still kept");
  }

  private static HttpResponse<String> send(ToyService to, String session, String body)
      throws Exception {
    return HTTP.send(message(to, session, body), BodyHandlers.ofString());
  }

  private static HttpRequest message(ToyService to, String session, String body) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + "/mcp"))
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .POST(BodyPublishers.ofString(body.replace('\'', '"'), UTF_8));
    if (!session.isEmpty()) {
      request.header("mcp-session-id", session);
    }
    return request.build();
  }

  private static String begin(ToyService to) throws Exception {
    return send(
            to,
            "",
            "{'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': {'protocolVersion':"
                + " '2025-06-18', 'capabilities': {}, 'clientInfo': {'name': 'a', 'version':"
                + " '1'}}}")
        .headers()
        .firstValue("mcp-session-id")
        .orElseThrow();
  }

  private static final String DRAW =
      "{'jsonrpc': '2.0', 'id': 5, 'method': 'tools/call', 'params': {'name': 'generate',"
          + " 'arguments': {'prompt': 'a dog'}}}";

  @Test
  void aCancelledCallIsNotDrawn() throws Exception {
    var gate = new Gate();
    try (var slow = ToyService.onPort(8, gate, new McpModule())) {
      String session = begin(slow);
      var answer = HTTP.sendAsync(message(slow, session, DRAW), BodyHandlers.ofString());
      slow.awaitUnfinished(1);
      var cancelled =
          send(
              slow,
              session,
              "{'jsonrpc': '2.0', 'method': 'notifications/cancelled', 'params': {'requestId':"
                  + " 5}}");
      assertThat(cancelled.statusCode()).isEqualTo(202);
      assertThat(answer.get().body()).doesNotContain("result");
      gate.open();
      slow.awaitIdle();
    }
  }

  /** A client that hangs up while its stream is open. */
  @Test
  void aCallWhoseClientLeavesIsNotDrawn() throws Exception {
    var gate = new Gate();
    try (var slow = ToyService.onPort(8, gate, new McpModule())) {
      String session = begin(slow);
      HTTP.send(message(slow, session, DRAW), BodyHandlers.ofInputStream()).body().close();
      slow.awaitIdle(); // although the gate is closed
      gate.open();
      assertThat(send(slow, session, DRAW).body()).contains("\"result\"");
    }
  }

  @Test
  void oversizedPicturesAreRefused() throws Exception {
    String session = begin(server);
    String call =
        "{'jsonrpc': '2.0', 'id': 1, 'method': 'tools/call', 'params': {'name': 'verify',"
            + " 'arguments': {'image': '%s'}}}";
    var body = send(server, session, call.formatted("A".repeat(7 << 20)));
    assertThat(body.statusCode()).isEqualTo(413);
    assertThat(body.body()).contains("request: too large");
    byte[] large = Png.encode(new Image(5000, 4000, new float[3 * 5000 * 4000]), Map.of());
    for (String tool : List.of("vary", "verify")) {
      String text = text(call(tool, Map.of("image", Base64.getEncoder().encodeToString(large))));
      assertThat(text).as(tool).contains("image").contains("expected").doesNotContain("Exception");
    }
  }

  @Test
  void aFileToVerifyHasTheLimitsOfOthers() {
    String large = Base64.getEncoder().encodeToString(new byte[(4 << 20) + 1]);
    assertThat(text(call("verify", Map.of("image", large))))
        .isEqualTo("image: 4194305 bytes (expected: at most 4194304 bytes)");
  }

  @Test
  void aSeedIsNotRounded() throws Exception {
    for (Object seed : List.of(1.5, new BigInteger("18446744073709551623"))) {
      var result = call("generate", Map.of("prompt", "a dog", "seed", seed));
      assertThat(result.isError()).isTrue();
      assertThat(text(result))
          .isEqualTo("seed: \"" + seed + "\" (expected: an integer of at most 64 bits)");
    }
    var largest = new BigInteger("18446744073709551615");
    byte[] png = picture(call("generate", Map.of("prompt", "a dog", "seed", largest)));
    assertThat(drawn(png).getSeedsList()).containsExactly(-1L);
  }

  @Test
  void aSessionEndsAndAnotherBegins() throws Exception {
    String session = begin(server);
    var end =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/mcp"))
            .header("mcp-session-id", session)
            .DELETE()
            .build();
    assertThat(HTTP.send(end, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
    assertThat(send(server, session, DRAW).statusCode()).isEqualTo(404);
    assertThat(send(server, begin(server), DRAW).body()).contains("\"result\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{ | 400",
        "[] | 400",
        "{} | 404",
        "{'jsonrpc': '2.0', 'id': null, 'method': 'initialize'} | 400",
        "{'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': 3} | 400",
        "{'jsonrpc': '2.0', 'id': 1, 'method': 'tools/list'} | 404",
      })
  void aMessageThatIsNoneIsRefused(String body, int status) throws Exception {
    var answer = send(server, "", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).startsWith("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":");
  }

  @Test
  void parametersOfAnotherFormAreRefusedInTheStream() throws Exception {
    String call = "{'jsonrpc': '2.0', 'id': 1, 'method': 'tools/call', 'params': %s}";
    String session = begin(server);
    for (String params : List.of("3", "{'name': 3, 'arguments': []}", "null")) {
      assertThat(send(server, session, call.formatted(params)).body())
          .as(params)
          .contains("\"error\":{\"code\":-32602");
    }
    assertThat(send(server, session, "{'jsonrpc': '2.0', 'id': 1, 'method': 'no/such'}").body())
        .contains("\"code\":-32601");
  }
}
