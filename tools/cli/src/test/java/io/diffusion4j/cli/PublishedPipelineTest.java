package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.golden.GoldenRoots;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a pipeline folder that diffusers saved, beside what diffusers drew with it. */
final class PublishedPipelineTest {
  private static final Path MODEL = GoldenRoots.shipped().first("unclip-pipeline");
  private static final int SIZE = 32;

  private Path folder;

  @BeforeEach
  void useFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private static Run run(String... arguments) {
    return Run.of(
        Stream.concat(
                Stream.of(arguments),
                Stream.of(
                    "--model", MODEL.toString(), "--decoder-steps", "3", "--super-res-steps", "3"))
            .toArray(String[]::new));
  }

  private static float[] floats(Path file, String tensor) {
    try (var source = SafetensorsFile.open(file)) {
      return source.read(tensor);
    }
  }

  private static double error(float[] actual, float[] expected, int row) {
    int size = SIZE * SIZE * 3;
    double worst = 0;
    for (int i = row * size; i < (row + 1) * size; i++) {
      worst = Math.max(worst, Math.abs((double) actual[i] - expected[i]));
    }
    return worst;
  }

  @Test
  void promptsBecomeTheReferencesPicturesFromItsNoise() throws IOException {
    Path raw = folder.resolve("raw.safetensors");
    Run run =
        run(
            "generate",
            "a horse",
            "two red frogs on a blue background",
            "--noise",
            MODEL.resolve("noise.safetensors").toString(),
            "--raw",
            raw.toString(),
            "--output",
            folder.resolve("picture.png").toString(),
            "--prior-steps",
            "4");
    assertThat(run.status()).as(run.err()).isZero();
    try (var file = SafetensorsFile.open(raw)) {
      assertThat(file.names()).containsExactly("image");
      assertThat(file.info("image").shape()).containsExactly(2, SIZE, SIZE, 3);
    }
    float[] drawn = floats(raw, "image");
    float[] expected = floats(MODEL.resolve("io.safetensors"), "out.image");
    assertThat(error(drawn, expected, 0)).isLessThan(1e-4);
    assertThat(error(drawn, expected, 1)).isLessThan(1e-4);

    BufferedImage second = ImageIO.read(folder.resolve("picture-2.png").toFile());
    int blue = second.getRGB(5, 7) & 0xff;
    assertThat(blue).isEqualTo(Math.round(255 * drawn[((SIZE + 7) * SIZE + 5) * 3 + 2]));
    assertThat(run.out())
        .contains("picture-1.png: 32×32 pixels, noise of ")
        .containsPattern("prior [0-9.]+ s, decoder [0-9.]+ s, super_res [0-9.]+ s, in all");
  }

  @Test
  void preparedPixelsBecomeTheReferencesVariationFromItsNoise() {
    Path raw = folder.resolve("raw.safetensors");
    Path variation = MODEL.resolve("variation");
    Run run =
        run(
            "vary",
            variation.resolve("io.safetensors").toString(),
            "--noise",
            variation.resolve("noise.safetensors").toString(),
            "--raw",
            raw.toString(),
            "--output",
            folder.resolve("variation.png").toString());
    assertThat(run.status()).as(run.err()).isZero();
    float[] expected = floats(variation.resolve("io.safetensors"), "out.image");
    assertThat(error(floats(raw, "image"), expected, 0)).isLessThan(1e-4);
    assertThat(folder.resolve("variation.png")).exists();
  }

  @Test
  void picturesBecomeVariationsAndEachIsTheSameAlone() throws IOException {
    Path apple = folder.resolve("apple.png");
    Path pear = folder.resolve("pear.png");
    picture(apple, 0xc02010);
    picture(pear, 0x60a030);
    Run both = vary("both", apple.toString(), pear.toString(), "--count", "2");
    Run alone = vary("alone", pear.toString());
    assertThat(both.status()).as(both.err()).isZero();
    assertThat(alone.status()).as(alone.err()).isZero();
    assertThat(both.out()).contains("both-4.png: 32×32 pixels, seed 7");
    int size = SIZE * SIZE * 3;
    float[] all = floats(folder.resolve("both.safetensors"), "image");
    float[] one = floats(folder.resolve("alone.safetensors"), "image");
    float[] same = Arrays.copyOfRange(all, 2 * size, 3 * size);
    // The last bits of a batch of another size differ, which may show in a clipped value: see
    // above.
    assertThat(one).usingComparatorWithPrecision(5e-4f).containsExactly(same);
    assertThat(Arrays.copyOfRange(all, 3 * size, 4 * size)).isNotEqualTo(same);
  }

  private Run vary(String name, String... more) {
    return run(
        Stream.concat(
                Stream.of(
                    "vary",
                    "--seed",
                    "7",
                    "--output",
                    folder.resolve(name + ".png").toString(),
                    "--raw",
                    folder.resolve(name + ".safetensors").toString()),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private static void picture(Path file, int rgb) throws IOException {
    var image = new BufferedImage(40, 32, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 40; x++) {
        image.setRGB(x, y, (x - 20) * (x - 20) + (y - 16) * (y - 16) < 150 ? rgb : 0xffffff);
      }
    }
    assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
  }

  @Test
  void theReportOfASoundFolderSaysSo() throws IOException {
    Run table = Run.of("inspect", MODEL.toString());
    assertThat(table.status()).as(table.out()).isZero();
    assertThat(table.out()).contains("text_proj", "UnCLIPTextProjModel", "8,824", "F32");
    Run json = Run.of("inspect", MODEL.toString(), "--json");
    assertThat(json.status()).isZero();
    var report = new ObjectMapper().readTree(json.out());
    assertThat(report.path("sound").booleanValue()).isTrue();
    assertThat(report.path("components")).hasSize(11);
    assertThat(report.at("/components/3/dtypes/F32").longValue()).isPositive();
  }

  @Test
  void theReportOfAFolderThatCannotBeLoadedSaysAllThatIsWrong() throws IOException {
    Files.createDirectory(folder.resolve("prior"));
    Files.copy(MODEL.resolve("prior/config.json"), folder.resolve("prior/config.json"));
    Run table = Run.of("inspect", folder.toString());
    assertThat(table.status()).isEqualTo(1);
    assertThat(table.out())
        .contains("not the folder of a pipeline", "prior: no weights", "decoder: no such folder");
    Run json = Run.of("inspect", folder.toString(), "--json");
    assertThat(json.status()).isEqualTo(1);
    assertThat(new ObjectMapper().readTree(json.out()).path("sound").booleanValue()).isFalse();
  }

  @Test
  void aPipelineOfRandomWeightsIsSound() {
    Path random = folder.resolve("random");
    Run init = Run.of("init", "--config", "small", "--dtype", "f32", "--output", random.toString());
    assertThat(init.status()).as(init.err()).isZero();
    assertThat(init.out()).isEqualTo("model: " + random + System.lineSeparator());
    assertThat(Run.of("inspect", random.toString()).status()).isZero();
    Run again = Run.of("init", "--config", "small", "--output", random.toString());
    assertThat(again.status()).isEqualTo(2);
    assertThat(again.err()).contains("(expected: an empty folder, or none)");
  }
}
