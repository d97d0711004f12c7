package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.inject.Module;
import com.google.inject.util.Modules;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.Priority;
import io.diffusion4j.serving.v1.Recipe;
import io.diffusion4j.serving.v1.ReplayImageRequest;
import io.diffusion4j.serving.v1.ReplayImageResponse;
import io.diffusion4j.serving.v1.ReplayVerdict;
import io.grpc.Status.Code;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files are drawn again by a server: proved, close, refuted or refused. */
@Timeout(60)
@TestInstance(Lifecycle.PER_CLASS)
class ReplayImageTest {
  private static final String WEIGHTS = "sha256:" + "1".repeat(64);

  /** The predictions of the decoder. */
  private final AtomicInteger predictions = new AtomicInteger();

  private TestServer server;
  private byte[] png = {};

  private static ModelIdentity identity(String name, String digest, String precision) {
    return new ModelIdentity(
        name, "toy", "Apache-2.0", digest, List.of(), List.of(), "", precision, "toy, threads: 1");
  }

  private ImagePipeline model(String name, String digest, String precision) {
    return ToyModel.of(identity(name, digest, precision), query -> predictions.incrementAndGet());
  }

  @BeforeAll
  void draw() throws IOException {
    server = new TestServer(model("first", WEIGHTS, "f32"), ToyModel.named("secret"));
    png = drawn("a red apple");
  }

  private byte[] drawn(String words) {
    try (var client = server.client()) {
      var asked = Requests.textToImage(words).setImageCount(2).addSeeds(7).build();
      return client.generate(asked).images().get(1).png();
    }
  }

  @AfterAll
  void close() {
    server.close();
  }

  private static ReplayImageRequest request(byte[] file) {
    return ReplayImageRequest.newBuilder()
        .setFile(ByteString.copyFrom(file))
        .setName("apple.png")
        .build();
  }

  private ReplayImageResponse replay(byte[] file) {
    return server.blocking().replayImage(request(file));
  }

  /** A file with other pixels and another recipe. */
  private byte[] forged(UnaryOperator<Image> pixels, UnaryOperator<Recipe.Builder> recipe)
      throws IOException {
    Recipe own = Recipes.fromJson(Png.text(png).getOrDefault(Recipes.KEYWORD, ""));
    String json = Recipes.toJson(recipe.apply(own.toBuilder()).build());
    Image image = ImageFiles.read(png, 1 << 20);
    return Png.encode(pixels.apply(image), Map.of(Recipes.KEYWORD, json));
  }

  private byte[] forged(UnaryOperator<Recipe.Builder> recipe) throws IOException {
    return forged(UnaryOperator.identity(), recipe);
  }

  private static Image oneLevelMore(Image image) {
    float[] pixels = image.pixels().clone();
    pixels[100] += pixels[100] < 0 ? 2 / 255f : -2 / 255f;
    return new Image(image.width(), image.height(), pixels);
  }

  private void assertRefuted(byte[] file, String... reason) {
    ReplayImageResponse answer = replay(file);
    assertThat(answer.getVerdict()).isEqualTo(ReplayVerdict.REPLAY_VERDICT_REFUTED);
    assertThat(answer.getReason()).contains(reason);
    assertThat(answer.getReport()).contains("\"verdict\":\"refuted\"");
  }

  @Test
  void anUnchangedPictureIsProved() throws IOException {
    ReplayImageResponse answer = replay(png);
    assertThat(answer.getVerdict()).isEqualTo(ReplayVerdict.REPLAY_VERDICT_PROVED);
    assertThat(answer.getReason()).isEqualTo("the same pixels");
    assertThat(answer.getReport()).doesNotContain("\n");
    JsonNode report = new ObjectMapper().readTree(answer.getReport());
    assertThat(report.path("file").asText()).isEqualTo("apple.png");
    assertThat(report.path("verdict").asText()).isEqualTo("proved");
    assertThat(report.path("pixels").asText())
        .matches("sha256:[0-9a-f]{64}")
        .isEqualTo(report.path("drawn").asText());
    assertThat(report.path("recipe").path("weightsDigest").asText()).isEqualTo(WEIGHTS);
    assertThat(report.path("drawn_again_by").path("weights_digest").asText()).isEqualTo(WEIGHTS);
  }

  @Test
  void onePixelIsCloseIfItWasDrawnInAnotherWayAndOtherwiseRefuted() throws IOException {
    assertRefuted(
        forged(ReplayImageTest::oneLevelMore, UnaryOperator.identity()), "other pixels: 1 of ");
    byte[] elsewhere =
        forged(ReplayImageTest::oneLevelMore, recipe -> recipe.setEngine("toy, threads: 2"));
    ReplayImageResponse answer = replay(elsewhere);
    assertThat(answer.getVerdict()).isEqualTo(ReplayVerdict.REPLAY_VERDICT_CLOSE);
    assertThat(answer.getReason()).startsWith("the same picture but for rounding: 1 of ");
  }

  @Test
  void anotherSeedIsRefuted() throws IOException {
    assertRefuted(
        forged(
            recipe -> {
              recipe.getRequestBuilder().setSeeds(0, 8);
              return recipe;
            }),
        "other pixels: ");
  }

  @Test
  void otherWeightsAreRefutedAndDrawNothing() throws IOException {
    int before = predictions.get();
    assertRefuted(
        forged(recipe -> recipe.setWeightsDigest("sha256:2")),
        "model: first with " + WEIGHTS,
        "(expected: the weights that drew apple.png, sha256:2)");
    assertThat(predictions).hasValue(before);
  }

  private void assertRefused(byte[] file, String line) {
    int before = predictions.get();
    Refusal refusal = Refusal.of(() -> replay(file));
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.message()).isEqualTo(line);
    assertThat(predictions).as("nothing is drawn").hasValue(before);
  }

  @Test
  void aFileThatCannotBeCheckedIsRefusedInALine() throws IOException {
    assertRefused(new byte[0], "file: 0 bytes (expected: 1 to 4194304 bytes)");
    assertRefused(new byte[] {1, 2}, "file: apple.png (expected: a PNG file)");
    assertRefused(
        Png.encode(Pictures.random(1), Map.of()),
        "file: apple.png (expected: a PNG file with the text chunk Diffusion4J recipe)");
    assertRefused(
        Png.encode(Pictures.random(1), Map.of(Recipes.KEYWORD, "{}")),
        "file: recipe of apple.png: 0 images (expected: of one image)");
    assertRefused(
        forged(recipe -> recipe.setPrecision("exact")),
        "file: drawn in \"exact\" (expected: f32 of first)");
  }

  @Test
  void nothingIsDrawnForADamagedFile() throws IOException {
    byte[] damaged = png.clone();
    int data = new String(png, ISO_8859_1).indexOf("IDAT");
    Arrays.fill(damaged, data + 40, data + 400, (byte) 0);
    int before = predictions.get();
    Refusal refusal = Refusal.of(() -> replay(damaged));
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.message())
        .startsWith("file: apple.png: image: cannot be decoded: ")
        .endsWith("(expected: a whole PNG file)");
    assertThat(predictions).hasValue(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "\u0000"})
  void aNameIsOneLine(String name) {
    var request = request(png).toBuilder().setName(name).build();
    Refusal refusal = Refusal.of(() -> server.blocking().replayImage(request));
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.message()).startsWith("name: \"").doesNotContain("\n");
  }

  @Test
  void theModelInTheFormatOfTheRecipeDrawsAgain() throws Exception {
    try (var both =
        new TestServer(model("exact", WEIGHTS, "exact"), model("other", WEIGHTS, "f32"))) {
      ReplayImageResponse answer = both.blocking().replayImage(request(png));
      assertThat(answer.getVerdict()).isEqualTo(ReplayVerdict.REPLAY_VERDICT_PROVED);
      assertThat(answer.getReport()).contains("\"precision\":\"f32\",\"engine\"");
    }
  }

  private static Module of(Principal principal) {
    return TestServer.asking(token -> principal);
  }

  @Test
  void aCallCountsAsADrawingOfItsCaller() throws Exception {
    Principal poor = Principal.ANYBODY.withQuota(new Quota(1, 1, 10));
    try (var own = new TestServer(CONFIG, of(poor), model("first", WEIGHTS, "f32"))) {
      assertThat(own.blocking().replayImage(request(png)).getVerdict())
          .isEqualTo(ReplayVerdict.REPLAY_VERDICT_PROVED);
      Refusal second = Refusal.of(() -> own.blocking().replayImage(request(png)));
      assertThat(second.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(second.reason()).isEqualTo("QUOTA_EXCEEDED");
    }
  }

  @Test
  void aModelThatTheCallerMayNotUseNeitherDrawsNorIsNamed() throws Exception {
    Principal some = new Principal("some", EnumSet.allOf(Role.class), Set.of("secret"), Quota.NONE);
    try (var own =
        new TestServer(
            CONFIG, of(some), model("first", WEIGHTS, "f32"), ToyModel.named("secret"))) {
      ReplayImageResponse answer = own.blocking().replayImage(request(png));
      assertThat(answer.getVerdict()).isEqualTo(ReplayVerdict.REPLAY_VERDICT_REFUTED);
      assertThat(answer.getReason()).startsWith("model: secret with ").doesNotContain("first");
    }
  }

  @Test
  void aRecipeIsNoWayAroundTheLimits() throws Exception {
    var config = CONFIG.withLimits(CONFIG.limits().withRequestCost(0.001));
    try (var own = new TestServer(config, Modules.EMPTY_MODULE, model("first", WEIGHTS, "f32"))) {
      Refusal refusal = Refusal.of(() -> own.blocking().replayImage(request(png)));
      assertThat(refusal.reason()).isEqualTo("COST_TOO_HIGH");
    }
    byte[] urgent =
        forged(
            recipe -> {
              recipe.getRequestBuilder().setPriority(Priority.PRIORITY_HIGH);
              return recipe;
            });
    Principal usual =
        new Principal("usual", Set.of(Role.GENERATE), Set.of(Principal.EVERY_MODEL), Quota.NONE);
    try (var own = new TestServer(CONFIG, of(usual), model("first", WEIGHTS, "f32"))) {
      assertThat(own.blocking().replayImage(request(urgent)).getVerdict())
          .as("at the usual priority")
          .isEqualTo(ReplayVerdict.REPLAY_VERDICT_PROVED);
    }
  }

  @Test
  void aCancelledCallStopsTheDrawing() throws Exception {
    var gate = new Gate();
    var held = ToyModel.of(identity("first", WEIGHTS, "f32"), gate::accept);
    try (var own = new TestServer(held)) {
      var call = GenerationServiceGrpc.newFutureStub(own.channel).replayImage(request(png));
      own.awaitUnfinished(1);
      call.cancel(true);
      own.awaitUnfinished(0);
      gate.open();
    }
  }

  @Test
  void anImageThatAFilterRefusesHasNoVerdict() throws Exception {
    try (var own = new TestServer(CONFIG, new ToyFilter(-9, -9), model("first", WEIGHTS, "f32"))) {
      ReplayImageResponse answer = own.blocking().replayImage(request(png));
      assertThat(answer.getVerdict()).isEqualTo(ReplayVerdict.REPLAY_VERDICT_UNSPECIFIED);
      assertThat(answer.getRefusal().getMessage()).isNotEmpty();
      assertThat(answer.getReport()).isEmpty();
    }
  }

  @Test
  void itIsCalledInJson() throws Exception {
    String body = JsonFormat.printer().print(request(png));
    var path = "http://127.0.0.1:" + server.server.port() + "/diffusion4j/v1/images:replay";
    var request =
        HttpRequest.newBuilder(URI.create(path))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    assertThat(new ObjectMapper().readTree(answer).path("verdict").asText())
        .isEqualTo("REPLAY_VERDICT_PROVED");
  }
}
