package io.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.KeyPatterns;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.pipeline.Students;
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

  private static final TrainingConfig CONFIG =
      TrainingConfig.of(12, 4, 3e-4, 1).withCompute(Compute.of(Precision.FLOAT32));

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
        Distillation.Examples.drawn(List.of("a red circle", "a blue square"), 8),
        OptionalInt.of(8),
        OptionalDouble.of(2),
        scales,
        CONFIG,
        100,
        Group.alone());
  }

  private static Distillation lowRank(Distillation how) {
    return new Distillation(
        how.teacher(),
        how.student(),
        how.work(),
        how.method(),
        how.steps(),
        how.parts(),
        how.examples(),
        how.teacherSteps(),
        how.guidance(),
        how.embedded(),
        CONFIG.withLowRank(new LowRank(2, 2, KeyPatterns.of("to_q,conv1"))),
        100,
        how.group());
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
    return draw(folder.resolve(student), scale, List.of());
  }

  private static List<Image> draw(Path model, double scale, List<LoraChoice> loras) {
    var how = OpenOptions.with(Residency.ALWAYS).withLoras(loras);
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(model, how, plugins)) {
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
                        Distillation.Examples.drawn(List.of("a"), 8),
                        OptionalInt.empty(),
                        OptionalDouble.empty(),
                        Optional.empty(),
                        TrainingConfig.of(1, 4, 3e-4, 1),
                        100,
                        Group.alone())))
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

  /** Updates of every method are a file for the teacher, which draws in few steps with it. */
  @Test
  void lowRankUpdatesMakeTheTeacherAStudent() {
    for (Method method : List.of(Method.LCM, Method.PROGRESSIVE)) {
      distill(lowRank(how(method.word(), method, Optional.empty())));
      Path output = folder.resolve(method.word());
      try (var file = Checkpoint.open(output.resolve("pytorch_lora_weights.safetensors"))) {
        assertThat(file.names())
            .isNotEmpty()
            .allMatch(name -> name.matches("unet\\..*\\.(to_q|conv1)\\.lora_[AB]\\.weight"));
      }
      var student = new LoraChoice(method.word(), output, 1);
      var weaker = new LoraChoice(method.word(), output, 0.5);
      assertThat(draw(teacher(), 1, List.of(student)).get(0).pixels())
          .isNotEqualTo(draw(teacher(), 1, List.of(weaker)).get(0).pixels());
      assertThatThrownBy(() -> draw(teacher(), 2, List.of(student)))
          .hasMessageContaining("has no guidance");
      assertThat(Students.in(teacher(), List.of(new LoraChoice("off", output, 0))).isEmpty())
          .isTrue();
    }
    var scales = Optional.of(new Distillation.Scales(1, 4));
    assertThatThrownBy(() -> lowRank(how("both", Method.LCM, scales)))
        .hasMessageContaining("embed-guidance: 1.0,4.0 (expected: none beside lora-rank");
  }
}
