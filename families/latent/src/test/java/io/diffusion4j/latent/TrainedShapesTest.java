package io.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood.Example;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.pipeline.Diagnosis;
import io.diffusion4j.pipeline.Diagnosis.Verdict;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The model that docs/latent.md trains, on the pictures of docs/examples/ColouredShapes.java, draws
 * the colours of its texts, and doctor finds nothing wrong.
 */
class TrainedShapesTest {
  private static final Path MODEL = Path.of("src/test/resources/shapes");
  private static final OpenOptions HOW = OpenOptions.with(Residency.ALWAYS);

  /** Colours of the training pictures, as values of pixels in [−1, 1]. */
  private static final Map<String, float[]> COLOURS =
      Map.of(
          "red", new float[] {0.65f, -0.66f, -0.66f},
          "green", new float[] {-0.64f, 0.09f, -0.32f},
          "blue", new float[] {-0.76f, -0.25f, 0.63f},
          "yellow", new float[] {0.90f, 0.52f, -0.62f});

  @TempDir Path folder = Path.of("");

  @Test
  void theColoursAreThoseOfTheTexts() {
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(MODEL, HOW, plugins)) {
      var pipeline = open.pipeline();
      var stage = pipeline.card().stages().get(0);
      var settings = stage.defaults().withSteps(20); // with the default guidance
      for (String colour : COLOURS.keySet()) {
        for (String shape : List.of("circle", "square")) {
          var task = ImageTask.of("a " + colour + " " + shape);
          pipeline
              .draw(
                  task,
                  Map.of(stage.name(), settings),
                  PhiloxNoise.images(7, 2),
                  SamplingListener.NONE)
              .forEach(image -> assertThat(colour(image)).as(task.toString()).isEqualTo(colour));
        }
      }
    }
  }

  @Test
  void theDoctorFindsAllComponentsWellAndAnotherScalingFactorNot() throws IOException {
    assertThat(examine(MODEL))
        .extracting(Diagnosis::part, Diagnosis::verdict)
        .containsExactly(
            tuple("text_encoder", Verdict.OK),
            tuple("vae", Verdict.OK),
            tuple("unet", Verdict.OK),
            tuple("picture", Verdict.OK));

    copy();
    Path config = folder.resolve("vae/config.json");
    Files.writeString(
        config, Files.readString(config).replaceAll("(?<=\"scaling_factor\": )[0-9.]+", "0.1"));
    assertThat(examine(folder))
        .filteredOn(found -> found.part().equals("vae"))
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.verdict()).isEqualTo(Verdict.MISCONFIGURED);
              assertThat(found.finding()).contains("scaling_factor: 0.1 (expected: about 0.4");
            });
  }

  private List<Diagnosis> examine(Path model) {
    List<Example> examples =
        Stream.of("red", "blue", "green", "yellow")
            .map(
                colour ->
                    new Example(circle(colour), "a " + colour + " circle", OptionalInt.empty()))
            .toList();
    return OpenPipeline.family(model).examine(model, HOW, examples, 7, new ArrayList<>()::add);
  }

  private void copy() throws IOException {
    try (var files = Files.walk(MODEL)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = folder.resolve(MODEL.relativize(file).toString());
        Files.createDirectories(to.resolveSibling(""));
        Files.copy(file, to);
      }
    }
  }

  private static Image circle(String colour) {
    int side = 32;
    float[] pixels = new float[side * side * 3];
    for (int i = 0; i < pixels.length; i++) {
      int x = i / 3 % side - side / 2;
      int y = i / 3 / side - side / 2;
      pixels[i] = x * x + y * y < 81 ? COLOURS.getOrDefault(colour, new float[3])[i % 3] : 1;
    }
    return new Image(side, side, pixels);
  }

  /** Returns the colour that is nearest to the mean of the pixels that are far from white. */
  private static String colour(Image image) {
    double[] mean = new double[3];
    int shown = 0;
    float[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i += 3) {
      if (Math.min(pixels[i], Math.min(pixels[i + 1], pixels[i + 2])) < 0) {
        shown++;
        for (int c = 0; c < 3; c++) {
          mean[c] += pixels[i + c];
        }
      }
    }
    assertThat(shown).isBetween(100, 900); // a shape before white
    int count = shown;
    return COLOURS.entrySet().stream()
        .min(Comparator.comparingDouble(known -> distance(known.getValue(), mean, count)))
        .orElseThrow()
        .getKey();
  }

  private static double distance(float[] colour, double[] sum, int count) {
    double square = 0;
    for (int c = 0; c < 3; c++) {
      square += Math.pow(sum[c] / count - colour[c], 2);
    }
    return square;
  }
}
