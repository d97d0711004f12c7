package io.diffusion4j.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.provenance.MarkedFile;
import io.diffusion4j.serving.v1.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proof by drawing again, with a small model of random weights. */
class VerifyReplayTest {
  private static final int PIXELS = 1 << 20;

  @TempDir private static Path folder = Path.of("");
  private static Path model = Path.of("");
  private static Path first = Path.of("");
  private static Path second = Path.of("");

  @BeforeAll
  static void drawTwo() {
    model = folder.resolve("model");
    Run made = Run.of("init", "--config", "small", "--dtype", "f32", "--output", model.toString());
    assertThat(made.status()).as(made.err()).isZero();
    first = draw(model, "first.png", "f32");
    second = draw(model, "second.png", "f32", "--cfg", "3");
  }

  private static Path draw(Path by, String name, String precision, String... more) {
    Path file = folder.resolve(name);
    String[] command = {
      "generate",
      "a red apple",
      "--seed",
      "7",
      "--precision",
      precision,
      "--prior-steps",
      "2",
      "--decoder-steps",
      "2",
      "--super-res-steps",
      "2",
      "--model",
      by.toString(),
      "--output",
      file.toString()
    };
    Run drawn = Run.of(with(command, more));
    assertThat(drawn.status()).as(drawn.err()).isZero();
    return file;
  }

  private static String[] with(String[] some, String... more) {
    String[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }

  private static Run verify(Path by, Path file, String... more) {
    String[] command = {"verify", "--replay", "--model", by.toString(), file.toString()};
    return Run.of(with(command, more));
  }

  private static Recipe recipe(Path file) throws IOException {
    return Recipes.fromJson(Png.text(Files.readAllBytes(file)).getOrDefault(Recipes.KEYWORD, ""));
  }

  /** Writes a picture with other pixels and another recipe. */
  private static Path forged(
      Path original, String name, UnaryOperator<Image> pixels, UnaryOperator<Recipe> recipe)
      throws IOException {
    Image image = ImageFiles.read(Files.readAllBytes(original), PIXELS);
    String json = Recipes.toJson(recipe.apply(recipe(original)));
    byte[] png = Png.encode(pixels.apply(image), Map.of(Recipes.KEYWORD, json));
    return Files.write(folder.resolve(name), png);
  }

  private static Image oneLevelMore(Image image) {
    float[] pixels = image.pixels().clone();
    pixels[100] += pixels[100] < 0 ? 2 / 255f : -2 / 255f;
    return new Image(image.width(), image.height(), pixels);
  }

  @Test
  void unchangedPicturesAreProved() throws IOException {
    Run run = verify(model, first, second.toString(), "--json");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(2);
    JsonNode report = new ObjectMapper().readTree(run.out().lines().findFirst().orElseThrow());
    assertThat(report.path("verdict").asText()).isEqualTo("proved");
    assertThat(report.path("pixels").asText())
        .matches("sha256:[0-9a-f]{64}")
        .isEqualTo(report.path("drawn").asText());
    assertThat(report.path("recipe").path("weightsDigest"))
        .isEqualTo(report.path("drawn_again_by").path("weights_digest"));
    assertThat(report.path("drawn_again_by").path("precision").asText()).isEqualTo("f32");
    assertThat(report.path("drawn_again_by").path("engine").asText())
        .isEqualTo(recipe(first).getEngine());
  }

  @Test
  void aFileThatIsWrittenAgainIsProved() throws IOException {
    Path other = forged(first, "written.png", UnaryOperator.identity(), UnaryOperator.identity());
    assertThat(Files.mismatch(first, other)).isNotEqualTo(-1);
    assertThat(verify(model, other).out()).contains("written.png: proved: the same pixels");
  }

  @Test
  void onePixelIsEnoughToRefute() throws IOException {
    Path other =
        forged(first, "pixel.png", VerifyReplayTest::oneLevelMore, UnaryOperator.identity());
    Run run = verify(model, other, first.toString());
    assertThat(run.status()).as(run.err()).isEqualTo(3);
    assertThat(run.out())
        .contains("pixel.png: refuted: other pixels: 1 of ", "first.png: proved: the same pixels");
  }

  @Test
  void onePixelIsCloseOnlyToAPictureThatWasDrawnInAnotherWay() throws IOException {
    Path other =
        forged(
            first,
            "engine.png",
            VerifyReplayTest::oneLevelMore,
            recipe -> recipe.toBuilder().setEngine("onednn isa_0").build());
    Run run = verify(model, other);
    assertThat(run.status()).as(run.err()).isEqualTo(4);
    assertThat(run.out())
        .contains("engine.png: close: the same picture but for rounding: 1 of ", "onednn isa_0");
  }

  @Test
  void anotherSeedIsRefuted() throws IOException {
    UnaryOperator<Recipe> changed =
        recipe -> {
          var builder = recipe.toBuilder();
          builder.getRequestBuilder().setSeeds(0, 8);
          return builder.build();
        };
    Run run = verify(model, forged(first, "seed.png", UnaryOperator.identity(), changed));
    assertThat(run.status()).as(run.err()).isEqualTo(3);
    assertThat(run.out()).contains("seed.png: refuted: other pixels: ");
  }

  @Test
  void anotherWeightIsRefuted() throws IOException {
    Path changed = Files.createDirectories(folder.resolve("changed"));
    try (var files = Files.walk(model)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = changed.resolve(model.relativize(file));
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    Path weights = changed.resolve("decoder/diffusion_pytorch_model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= (byte) 0x82; // sign and exponent of one float32
    Files.write(weights, bytes);

    Run other = verify(changed, first);
    assertThat(other.status()).as(other.err()).isEqualTo(3);
    assertThat(other.out())
        .contains("first.png: refuted: model: " + changed + " with sha256:")
        .contains("(expected: the weights that drew " + first);

    Path drawn = draw(changed, "changed.png", "f32");
    String digest = recipe(first).getWeightsDigest();
    UnaryOperator<Recipe> claim = recipe -> recipe.toBuilder().setWeightsDigest(digest).build();
    Run run = verify(model, forged(drawn, "claimed.png", UnaryOperator.identity(), claim));
    assertThat(run.status()).as(run.err()).isEqualTo(3);
    assertThat(run.out()).contains("claimed.png: refuted: other pixels: ");
  }

  @Test
  void aFormatThatTheEngineLacksIsReportedAndTheOthersAreChecked() throws IOException {
    Path eight =
        forged(
            first,
            "eight.png",
            UnaryOperator.identity(),
            recipe -> recipe.toBuilder().setPrecision("int8").build());
    try {
      Run run = verify(model, eight, second.toString(), "--engine", "tensorflow");
      assertThat(run.status()).isEqualTo(1);
      assertThat(run.err())
          .contains("error: engine: tensorflow: TensorFlow computes in float32 and bfloat16");
      assertThat(run.out()).containsPattern("second.png: (proved|close): the same p");
    } finally {
      System.clearProperty(Engines.PROPERTY);
    }
  }

  @Test
  void theThreadsOfTheRecipeDrawAgain() throws IOException {
    Optional<Threads> own = Engines.threads(recipe(first).getEngine());
    assertThat(own.map(Threads::count)).isEqualTo(Optional.of(Threads.all().count()));
    UnaryOperator<Recipe> three =
        recipe ->
            recipe.toBuilder().setEngine(recipe.getEngine().replaceFirst("\\d+$", "3")).build();
    Path other = forged(first, "threads.png", UnaryOperator.identity(), three);
    Run run = verify(model, other, "--json");
    JsonNode report = new ObjectMapper().readTree(run.out());
    assertThat(report.path("drawn_again_by").path("engine").asText())
        .isEqualTo(recipe(other).getEngine());
  }

  @Test
  void aFileWithMoreThanItsPixelsIsRefuted() throws IOException {
    byte[] png = Files.readAllBytes(first);
    byte[] longer = Arrays.copyOf(png, png.length + 8);
    Path file = Files.write(folder.resolve("longer.png"), longer);
    assertThat(MarkedFile.of(longer).others()).isNotEmpty();
    Run run = verify(model, file);
    assertThat(run.status()).as(run.err()).isEqualTo(3);
    assertThat(run.out()).contains("refuted: the same pixels, in a file that also has: ");
  }

  @Test
  void nothingIsDrawnForADamagedFileAndTheOthersAreChecked() throws IOException {
    byte[] png = Files.readAllBytes(first);
    int data = new String(png, ISO_8859_1).indexOf("IDAT");
    Arrays.fill(png, data + 40, data + 400, (byte) 0);
    Path damaged = Files.write(folder.resolve("damaged.png"), png);
    Run run = verify(model, damaged, second.toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .contains("error: " + damaged + ": image: cannot be decoded: ")
        .contains("(expected: a whole PNG file)");
    assertThat(run.out()).contains("second.png: proved");
  }

  @Test
  void filesWithoutRecipesAreOneLineEachAndTheOthersAreChecked() throws IOException {
    byte[] png = Files.readAllBytes(first);
    Path bare = folder.resolve("bare.png");
    Files.write(bare, Png.encode(ImageFiles.read(png, PIXELS), Map.of()));
    Path jpeg = Files.write(folder.resolve("a.jpg"), new byte[] {(byte) 0xff, (byte) 0xd8, -1});
    Run run = verify(model, bare, jpeg.toString(), first.toString());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "error: file: " + bare + " (expected: a PNG file with the text chunk Diffusion4J",
            "error: file: " + jpeg + " (expected: a PNG file)");
    assertThat(run.out()).contains("first.png: proved");

    assertThat(verify(model, folder.resolve("missing.png")).status()).isEqualTo(1);
    Run key = verify(model, first, "--key", bare.toString());
    assertThat(key.status()).isEqualTo(2);
    assertThat(key.err()).contains("(expected: none beside --replay, which trusts no key)");
  }
}
