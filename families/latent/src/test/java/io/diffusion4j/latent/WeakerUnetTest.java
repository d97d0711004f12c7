package io.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.Guider;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A U-Net in the folder {@code weaker} reads the same text, and guidance leads away from it. */
class WeakerUnetTest {
  private static final String AWAY = "cfg:weak=2";
  private static final ImageTask TASK = ImageTask.of("a red circle");

  @TempDir private Path parent = Path.of("");
  private Path model = Path.of("");

  @BeforeEach
  void writeModel() {
    model = write("model", 7);
  }

  private Path write(String name, long seed) {
    Path folder = parent.resolve(name);
    new RandomStableDiffusion(StableDiffusionConfig.small())
        .write(folder, DType.F32, seed, component -> {});
    return folder;
  }

  @Test
  void aCopyChangesNothingAndAnotherNetworkDoes() throws IOException {
    float[] plain = draw("cfg");
    copyToWeaker(model);
    assertThat(draw(AWAY)).isEqualTo(plain);
    copyToWeaker(write("earlier", 8));
    assertThat(draw("cfg")).isEqualTo(plain);
    assertThat(draw(AWAY)).isNotEqualTo(plain);
    assertThat(draw("cfg:weak=2,weaker=attention")).isNotEqualTo(plain).isNotEqualTo(draw(AWAY));
  }

  @Test
  void aMissingNetworkIsRefusedBeforeDrawing() {
    assertThatThrownBy(() -> check(AWAY))
        .hasMessage("guider: weak (expected: none; the model has no weaker network)");
    assertThatNoException().isThrownBy(() -> check("cfg:weak=2,weaker=attention"));
  }

  @Test
  void aNetworkOfOtherConditionsIsRefused() throws IOException {
    ConditionalUnet.read(model.resolve("unet"))
        .withGuidance(16)
        .write(Files.createDirectory(model.resolve("weaker")));
    assertThatThrownBy(() -> draw(AWAY))
        .hasMessageContaining("weaker: a network of other latents or conditions (expected: those");
  }

  private void copyToWeaker(Path from) throws IOException {
    Path weaker = model.resolve("weaker");
    Files.createDirectories(weaker);
    try (var files = Files.list(from.resolve("unet"))) {
      for (Path file : files.toList()) {
        Files.write(weaker.resolve(file.getFileName()), Files.readAllBytes(file));
      }
    }
  }

  private void check(String guider) {
    open(guider, (pipeline, settings) -> true);
  }

  private float[] draw(String guider) {
    return open(
        guider,
        (pipeline, settings) ->
            pipeline
                .draw(TASK, settings, PhiloxNoise.images(7, 1), SamplingListener.NONE)
                .get(0)
                .pixels());
  }

  private <R> R open(
      String guider, BiFunction<ImagePipeline, Map<String, SamplingSettings>, R> work) {
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(model, OpenOptions.with(Residency.ALWAYS), plugins)) {
      var pipeline = open.pipeline();
      var stage = pipeline.card().stages().get(0);
      var settings =
          stage
              .defaults()
              .withSteps(2)
              .withGuidanceScale(GuidanceScale.constant(1))
              .withGuider(Guider.parse(guider));
      pipeline.check(TASK, stage.name(), settings);
      return work.apply(pipeline, Map.of(stage.name(), settings));
    }
  }
}
