package io.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.training.Distillation;
import io.diffusion4j.training.Distillation.Method;
import io.diffusion4j.training.TrainableFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Students of a small trained model of latents draw in few steps. */
class LatentDistillerTest {
  private static final Path SHAPES = Path.of("src/test/resources/shapes");

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void copy() throws IOException {
    try (var files = Files.walk(SHAPES)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = teacher().resolve(SHAPES.relativize(file).toString());
        Files.createDirectories(to.resolveSibling(""));
        Files.copy(file, to);
      }
    }
  }

  private Path teacher() {
    return folder.resolve("teacher");
  }

  private Distillation how(String student, Method method, Optional<Distillation.Scales> scales) {
    return new Distillation(
        teacher(),
        folder.resolve(student),
        folder.resolve(student + "-state"),
        method,
        1,
        List.of(),
        List.of("a red circle", "a blue square"),
        OptionalInt.of(8),
        8,
        OptionalDouble.of(2),
        scales,
        TrainingConfig.of(3, 4, 3e-4, 1).withCompute(Compute.of(Precision.FLOAT32)),
        100);
  }

  private static void distill(Distillation how) {
    var distiller =
        TrainableFamily.all().stream()
            .flatMap(family -> family.distiller(how.teacher()).stream())
            .findFirst()
            .orElseThrow();
    assertThat(distiller.distill(how, (step, report) -> {})).isTrue();
  }

  private List<Image> draw(String student, double scale) {
    try (var plugins = Plugins.of(List.of());
        var open =
            OpenPipeline.of(folder.resolve(student), OpenOptions.with(Residency.ALWAYS), plugins)) {
      var pipeline = open.pipeline();
      var stage = pipeline.card().stages().get(0);
      assertThat(stage.defaults().steps()).isEqualTo(1);
      var settings = stage.defaults().withGuidanceScale(GuidanceScale.constant(scale));
      var task = ImageTask.of("a red circle");
      pipeline.check(task, stage.name(), settings);
      var all = Map.of(stage.name(), settings);
      return pipeline.draw(task, all, PhiloxNoise.images(7, 1), SamplingListener.NONE);
    }
  }

  @Test
  void theScaleOfLcmStaysASetting() {
    distill(how("lcm", Method.LCM, Optional.of(new Distillation.Scales(1, 4))));
    var unet = StableDiffusionFolder.DENOISER.readIn(folder.resolve("lcm"));
    assertThat(unet.guidanceDim()).isEqualTo(256);
    var scheduler = StableDiffusionFolder.NOISE.readIn(folder.resolve("lcm"));
    assertThat(scheduler.kind()).isEqualTo(SchedulerConfig.Kind.LCM);
    assertThat(draw("lcm", 1).get(0).pixels()).isNotEqualTo(draw("lcm", 4).get(0).pixels());
    assertThatThrownBy(() -> draw("lcm", 5)).hasMessageContaining("5.0 (expected: 0 to 4.0)");
    assertThatThrownBy(
            () ->
                distill(
                    new Distillation(
                        folder.resolve("lcm"),
                        folder.resolve("again"),
                        folder.resolve("again-state"),
                        Method.DIRECT,
                        1,
                        List.of(),
                        List.of("a"),
                        OptionalInt.empty(),
                        8,
                        OptionalDouble.empty(),
                        Optional.empty(),
                        TrainingConfig.of(1, 4, 3e-4, 1),
                        100)))
        .hasMessageContaining("(expected: a teacher, not a student)");
  }

  @Test
  void theScaleOfOthersIsInside() {
    distill(how("direct", Method.DIRECT, Optional.empty()));
    var scheduler = StableDiffusionFolder.NOISE.readIn(folder.resolve("direct"));
    assertThat(scheduler.kind()).isEqualTo(SchedulerConfig.Kind.DDIM);
    assertThat(draw("direct", 1)).hasSize(1);
    assertThatThrownBy(() -> draw("direct", 2)).hasMessageContaining("has no guidance");
  }
}
