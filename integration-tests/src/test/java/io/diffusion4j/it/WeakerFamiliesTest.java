package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.Guider;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Autoguidance in every family: a weaker network beside the guided one, which computes conditions
 * of its own from the same prompt or embedding.
 */
@Tag("slow")
class WeakerFamiliesTest {
  private static final String GLIDE = "glide";

  /** c + 1·(c − p). */
  private static final String AWAY = "cfg:weak=1";

  /** p + 10⁻⁹·(c − p). */
  private static final String WEAKER_ALONE = "cfg:weak=1e-9,original=0";

  private static final double TOLERANCE = 1e-4;

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource({
    "unclip-pipeline, decoder, decoder=weaker text_proj=weaker_text_proj",
    "kandinsky/decoder, decoder, unet=weaker",
    "glide, base, base=weaker",
    "ddpm/butterflies, decoder, unet=weaker",
    "latent/sd1, decoder, unet=weaker",
  })
  void leadsAwayFromAWeakerNetwork(String fixture, String stage, String copies) throws IOException {
    Path model = model(fixture, "model");
    Path earlier = model(fixture, "earlier");
    for (String copied : copies.split(" ", -1)) {
      weaken(earlier.resolve(copied.split("=", -1)[0]));
    }
    float[] plain = draw(model, stage, "cfg");
    float[] weak = draw(earlier, stage, "cfg");
    assertThat(weak).isNotEqualTo(plain);
    assertThatThrownBy(() -> draw(model, stage, AWAY)).hasMessageContaining("no weaker network");

    for (String copied : copies.split(" ", -1)) {
      String[] names = copied.split("=", -1);
      copy(model.resolve(names[0]), model.resolve(names[1]));
    }
    assertThat(draw(model, stage, AWAY)).as("from itself").isEqualTo(plain);

    for (String copied : copies.split(" ", -1)) {
      String[] names = copied.split("=", -1);
      copy(earlier.resolve(names[0]), model.resolve(names[1]));
    }
    assertThat(draw(model, stage, "cfg")).isEqualTo(plain);
    assertThat(draw(model, stage, AWAY)).isNotEqualTo(plain).isNotEqualTo(weak);
    assertThat(draw(model, stage, WEAKER_ALONE))
        .usingComparatorWithPrecision((float) TOLERANCE)
        .containsExactly(weak);
  }

  @Test
  void aNetworkWithoutItsProjectionIsNamed() throws IOException {
    Path model = model("unclip-pipeline", "model");
    copy(model.resolve("decoder"), model.resolve("weaker"));
    assertThatThrownBy(() -> draw(model, "decoder", AWAY)).hasMessageContaining("weaker_text_proj");
  }

  @Test
  void aNetworkOfOtherImagesIsNamed() throws IOException {
    Path model = model(GLIDE, "model");
    copy(model.resolve("upsample"), model.resolve("weaker"));
    assertThatThrownBy(() -> draw(model, "base", AWAY))
        .hasMessageContaining("weaker: a network of other images (expected: those of the base)");
  }

  private Path model(String fixture, String name) throws IOException {
    Path parent = Files.createDirectories(folder.resolve(name));
    if (fixture.equals(GLIDE)) {
      TinyGlideFolder.write(parent, false);
      return parent;
    }
    Path golden = GoldenRoots.shipped().find(fixture);
    Path model = parent.resolve(golden.getFileName());
    copy(golden, model);
    Path prior = golden.resolveSibling("prior");
    if (Files.isDirectory(prior)) { // Kandinsky's is a folder of its own
      copy(prior, parent.resolve("prior"));
    }
    return model;
  }

  /** Whether a file records a golden case rather than a part of a model. */
  private static boolean isCase(Path file) {
    return file.endsWith("io.safetensors") || file.endsWith("noise.safetensors");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).filter(each -> !isCase(each)).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.write(copy, Files.readAllBytes(file));
      }
    }
  }

  /** Makes all weights of a component smaller. */
  private static void weaken(Path component) throws IOException {
    try (Stream<Path> files = Files.list(component)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".safetensors")).toList()) {
        var writer = new SafetensorsWriter();
        try (var stored = SafetensorsFile.open(file)) {
          for (String name : stored.names()) {
            float[] values = stored.read(name);
            for (int i = 0; i < values.length; i++) {
              values[i] *= 0.9f;
            }
            writer.floats(name, stored.info(name).dtype(), stored.shape(name), () -> values);
          }
        }
        writer.write(file);
      }
    }
  }

  private static float[] draw(Path model, String stage, String guider) {
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(model, OpenOptions.with(Residency.ALWAYS), plugins)) {
      var pipeline = open.pipeline();
      var task =
          pipeline.card().tasks().contains(ImageTask.Kind.UNCONDITIONAL)
              ? new ImageTask.Unconditional(OptionalInt.empty())
              : ImageTask.of("a red circle");
      Map<String, SamplingSettings> settings = new HashMap<>(pipeline.defaults(task.kind()));
      settings.replaceAll((name, own) -> own.withSteps(2));
      settings.computeIfPresent(
          stage,
          (name, own) ->
              own.withSampler(new DdimSampler(0))
                  .withGuidanceScale(GuidanceScale.constant(1))
                  .withGuider(Guider.parse(guider)));
      settings.forEach((name, own) -> pipeline.check(task, name, own));
      return pipeline
          .draw(task, settings, PhiloxNoise.images(7, 1), SamplingListener.NONE)
          .get(0)
          .pixels();
    }
  }
}
