package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The worked example of docs/own-data.md: 64 pictures of coloured shapes, all parts trained at the
 * preset tiny, and the right colours drawn.
 */
@Tag("slow")
class ColouredShapesTest {
  private static final int SIZE = 64;
  private static final List<String> SHAPES = List.of("circle", "square", "bar", "ring");
  private static final Map<String, float[]> COLOURS = new LinkedHashMap<>();

  static {
    COLOURS.put("red", new float[] {1, -1, -1});
    COLOURS.put("green", new float[] {-1, 0.2f, -1});
    COLOURS.put("blue", new float[] {-1, -1, 1});
    COLOURS.put("yellow", new float[] {1, 0.8f, -1});
  }

  @TempDir Path folder = Path.of("");

  @Test
  void aModelTrainedOnThemDrawsTheColourThatItIsAskedFor() throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("shapes"));
    writePictures(pictures);
    Path model = folder.resolve("model");
    Run trained =
        Run.of(
            "train",
            "all",
            "--data",
            pictures.toString(),
            "--preset",
            "tiny",
            "--model",
            model.toString(),
            "--state",
            folder.resolve("state").toString());
    assertThat(trained.status()).as(trained.err()).isZero();
    assertDrawsTheColours(model);
    measure(model, pictures);
  }

  /** The training of docs/latent.md by one command, with too few steps for colours. */
  @Test
  void aModelOfLatentsIsTrainedByOneCommandAndDraws() throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("shapes"));
    writePictures(pictures);
    Path model = folder.resolve("model");
    Run trained =
        Run.of(
            "train",
            "clip,latent-vae,latent",
            "--data",
            pictures.toString(),
            "--preset",
            "tiny",
            "--steps",
            "4",
            "--model",
            model.toString(),
            "--state",
            folder.resolve("state").toString());
    assertThat(trained.status()).as(trained.err()).isZero();
    Path drawn = folder.resolve("drawn.png");
    Run run = Run.of("generate", "a red bar", "--model", model.toString(), "-o", drawn.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(ImageFiles.read(drawn, Long.MAX_VALUE).width()).isEqualTo(32);
  }

  private void assertDrawsTheColours(Path model) throws IOException {
    for (String asked : COLOURS.keySet()) {
      Path drawn = folder.resolve(asked + ".png");
      Run run =
          Run.of(
              "generate",
              "a " + asked + " square",
              "--model",
              model.toString(),
              "--seed",
              "1",
              "-o",
              drawn.toString());
      assertThat(run.status()).as(run.err()).isZero();
      assertThat(nearest(colour(ImageFiles.read(drawn, Long.MAX_VALUE)))).isEqualTo(asked);
    }
  }

  /** The model is measured in the space of its own CLIP, which knows nothing else. */
  private void measure(Path model, Path pictures) throws IOException {
    Path report = folder.resolve("report");
    Path json = folder.resolve("quality.json");
    Run run =
        Run.of(
            "evaluate",
            "--data",
            pictures.toString(),
            "--clip",
            model.toString(),
            "--model",
            model.toString(),
            "--count",
            "16",
            "--report",
            report.toString(),
            "--json",
            json.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            "CLIP score",
            "retrieval, R@1",
            "retrieval, R@5",
            "Fréchet distance",
            "CMMD",
            "nearest training picture");
    assertThat(report.resolve("index.html")).content().contains("nearest: ", "a red ");
    assertThat(json).content().contains("\"CMMD\"", "\"interval\"");
  }

  private static void writePictures(Path pictures) throws IOException {
    var random = new SplittableRandom(1);
    for (String colour : COLOURS.keySet()) {
      for (String shape : SHAPES) {
        for (int i = 0; i < 4; i++) {
          String name = colour + "-" + shape + "-" + i;
          Image picture = picture(COLOURS.getOrDefault(colour, new float[3]), shape, random);
          Files.write(pictures.resolve(name + ".png"), Png.encode(picture, Map.of()));
          Files.writeString(pictures.resolve(name + ".txt"), "a " + colour + " " + shape + "\n");
        }
      }
    }
  }

  private static Image picture(float[] colour, String shape, SplittableRandom random) {
    int left = SIZE / 2 + random.nextInt(-8, 9);
    int top = SIZE / 2 + random.nextInt(-8, 9);
    int radius = random.nextInt(16, 23);
    float[] pixels = new float[SIZE * SIZE * 3];
    Arrays.fill(pixels, 1);
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        if (isInside(shape, x - left, y - top, radius)) {
          System.arraycopy(colour, 0, pixels, (y * SIZE + x) * 3, 3);
        }
      }
    }
    return new Image(SIZE, SIZE, pixels);
  }

  private static boolean isInside(String shape, int x, int y, int radius) {
    int square = x * x + y * y;
    return switch (shape) {
      case "circle" -> square < radius * radius;
      case "square" -> Math.abs(x) < 0.8 * radius && Math.abs(y) < 0.8 * radius;
      case "bar" -> Math.abs(x) < radius && Math.abs(y) < radius / 3;
      default -> square < radius * radius && 4 * square > radius * radius;
    };
  }

  /** The mean colour, pixels weighted by how colourful they are. */
  private static double[] colour(Image image) {
    double[] sum = new double[3];
    double weights = 0;
    float[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i += 3) {
      float least = Math.min(pixels[i], Math.min(pixels[i + 1], pixels[i + 2]));
      float most = Math.max(pixels[i], Math.max(pixels[i + 1], pixels[i + 2]));
      for (int c = 0; c < 3; c++) {
        sum[c] += (most - least) * pixels[i + c];
      }
      weights += most - least;
    }
    double all = weights;
    return Arrays.stream(sum).map(s -> s / all).toArray();
  }

  private static String nearest(double[] colour) {
    String nearest = "";
    double distance = Double.POSITIVE_INFINITY;
    for (var known : COLOURS.entrySet()) {
      double square = 0;
      for (int c = 0; c < 3; c++) {
        square += Math.pow(colour[c] - known.getValue()[c], 2);
      }
      if (square < distance) {
        distance = square;
        nearest = known.getKey();
      }
    }
    return nearest;
  }
}
