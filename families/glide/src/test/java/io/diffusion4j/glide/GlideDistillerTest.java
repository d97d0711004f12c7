package io.diffusion4j.glide;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.KeyPatterns;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.training.Distillation;
import io.diffusion4j.training.Distillation.Method;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.TrainableFamily;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Students of GLIDE's networks draw in few steps, in folders of their own. */
class GlideDistillerTest {
  private static final List<String> CAPTIONS = List.of("a cat", "two dogs", "a red cat");
  private static final TrainingConfig CONFIG = config(6);

  private static TrainingConfig config(long steps) {
    return TrainingConfig.of(steps, 4, 1e-3, 1).withCompute(Compute.of(Precision.FLOAT32));
  }

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void writeTheTeacher() throws IOException {
    TinyGlide.write(teacher(), ConcatConditioning.NOTHING, ConcatConditioning.LOW);
  }

  private Path teacher() {
    return folder.resolve("teacher");
  }

  private Path student() {
    return folder.resolve("student");
  }

  private Distillation how(String student, Method method, int steps, String... parts) {
    return how(teacher(), student, method, steps, CONFIG, parts);
  }

  private Distillation guided(String student, double guidance, String... parts) {
    return how(teacher(), student, Method.DIRECT, 1, OptionalDouble.of(guidance), CONFIG, parts);
  }

  private Distillation how(
      Path teacher,
      String student,
      Method method,
      int steps,
      TrainingConfig config,
      String... parts) {
    return how(teacher, student, method, steps, OptionalDouble.empty(), config, parts);
  }

  private Distillation how(
      Path teacher,
      String student,
      Method method,
      int steps,
      OptionalDouble guidance,
      TrainingConfig config,
      String... parts) {
    return new Distillation(
        teacher,
        folder.resolve(student),
        folder.resolve(student + "-state"),
        method,
        steps,
        List.of(parts),
        Distillation.Examples.drawn(CAPTIONS, 8),
        OptionalInt.of(8),
        guidance,
        Optional.empty(),
        config,
        2,
        Group.alone());
  }

  private static boolean distill(Distillation how, ModelTraining.Observer observer) {
    var distiller =
        TrainableFamily.all().stream()
            .flatMap(family -> family.distiller(how.teacher()).stream())
            .findFirst()
            .orElseThrow();
    return distiller.distill(how, observer);
  }

  private static void distill(Distillation how) {
    assertThat(distill(how, (step, report) -> {})).isTrue();
  }

  /**
   * What a student draws.
   *
   * @param small the images of the base
   * @param steps the steps of each stage
   */
  private record Drawn(List<Image> images, List<float[]> small, List<String> steps) {}

  private static Drawn draw(Path model, int count) {
    List<String> steps = new ArrayList<>();
    List<float[]> small = new ArrayList<>();
    SamplingListener listener =
        at -> {
          if (at.step() == at.steps()) {
            steps.add(at.stage() + " " + at.steps());
            if (at.stage().equals(GlideParts.BASE)) {
              at.x0().forEach(x0 -> small.add(x0.clone()));
            }
          }
        };
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(model, OpenOptions.with(Residency.ALWAYS), plugins)) {
      var words =
          IntStream.range(0, count)
              .mapToObj(i -> new ImageTask.Words(CAPTIONS.get(i % CAPTIONS.size()), ""))
              .toList();
      var task = new ImageTask.TextToImage(words);
      var noise = PhiloxNoise.images(CONFIG.seed(), count);
      return new Drawn(open.pipeline().draw(task, Map.of(), noise, listener), small, steps);
    }
  }

  private static Map<String, float[]> weights(Path model, String name, Predicate<String> of) {
    try (var file = Checkpoint.open(model.resolve(name), Checkpoint.TRANSFORMERS)) {
      return file.names().stream().filter(of).collect(toMap(key -> key, file::read));
    }
  }

  private static void assertSame(Path model, Path other, String name, Predicate<String> of) {
    assertThat(weights(model, name, of))
        .isNotEmpty()
        .usingRecursiveComparison()
        .isEqualTo(weights(other, name, of));
  }

  @ParameterizedTest
  @EnumSource(names = {"DIRECT", "PROGRESSIVE", "LCM"})
  void studentsOfBothNetworksDrawInTheirSteps(Method method) {
    int steps = method == Method.DIRECT ? 1 : 2;
    distill(how("student", method, steps));
    var students = Students.in(student());
    assertThat(students.stages()).containsOnlyKeys(GlideParts.BASE, GlideParts.UPSAMPLER);
    var base = students.of(GlideParts.BASE).orElseThrow();
    assertThat(base.guidance()).isEqualTo(3);
    assertThat(base.samplers().get(0)).isEqualTo(method.sampler());
    for (String name : List.of(GlideNetworks.BASE, GlideNetworks.UPSAMPLE)) {
      var scheduler = SchedulerConfig.read(student().resolve(name + "/scheduler_config.json"));
      assertThat(scheduler.kind()).isEqualTo(SchedulerConfig.Kind.DDIM);
      assertThat(scheduler.spacing()).isEqualTo(SchedulerConfig.Spacing.TRAILING);
      assertThat(scheduler.parameterization()).isEqualTo(Parameterization.V);
      assertThat(scheduler.schedule().alphaBar(500))
          .isCloseTo(
              (name.equals(GlideNetworks.BASE)
                      ? new CosineSchedule(1000)
                      : new LinearSchedule(1000))
                  .alphaBar(500),
              within(1e-6));
      assertSame(student(), teacher(), name, GlideTextNetwork::owns);
      assertThat(weights(student(), name, key -> true).keySet())
          .isEqualTo(weights(teacher(), name, key -> true).keySet());
    }
    assertThat(OpenPipeline.inspect(student()).isSound()).isTrue();
    assertThat(draw(student(), 1).steps).containsExactly("base " + steps, "upsampler " + steps);
  }

  /** The pairs have the addresses of an ordinary drawing, so both begin with the same noise. */
  @Test
  void aStudentComesCloserToTheTeachersPictures() {
    var how = how(teacher(), "student", Method.DIRECT, 1, config(120), GlideParts.BASE);
    distill(how);
    assertSame(student(), teacher(), GlideNetworks.UPSAMPLE, key -> true);
    assertThat(weights(student(), GlideNetworks.BASE, key -> true))
        .usingRecursiveComparison()
        .isNotEqualTo(weights(teacher(), GlideNetworks.BASE, key -> true));
    List<float[]> taught;
    Path pairs = how.work().resolve("base/pairs-8-3.0/pairs-00000.safetensors");
    try (var file = SafetensorsFile.open(pairs)) {
      taught = Rows.unstack(file.read("samples"), 8);
    }
    var after = draw(student(), 8);
    assertThat(after.steps).containsExactly("base 1", "upsampler 27");
    distill(how(teacher(), "pupil", Method.DIRECT, 1, config(1), GlideParts.BASE));
    var before = draw(folder.resolve("pupil"), 8);
    assertThat(error(after.small, taught)).isLessThan(0.25 * error(before.small, taught));
  }

  private static double error(List<float[]> drawn, List<float[]> taught) {
    double sum = 0;
    for (int row = 0; row < drawn.size(); row++) {
      for (int i = 0; i < drawn.get(row).length; i++) {
        double difference = drawn.get(row)[i] - taught.get(row)[i];
        sum += difference * difference;
      }
    }
    return sum;
  }

  @Test
  void aStoppedDistillationResumesWithTheSameBits() {
    var how = how("student", Method.DIRECT, 1);
    assertThat(distill(how, new Stopping(3))).isFalse();
    assertThat(Students.in(student()).stages()).containsOnlyKeys(GlideParts.BASE);
    assertThat(draw(student(), 1).steps).containsExactly("base 1", "upsampler 27");
    distill(how);
    distill(how("whole", Method.DIRECT, 1));
    Path whole = folder.resolve("whole");
    assertSame(student(), whole, GlideNetworks.BASE, key -> true);
    assertSame(student(), whole, GlideNetworks.UPSAMPLE, key -> true);
    assertThat(draw(student(), 1).images.get(0).pixels())
        .isEqualTo(draw(whole, 1).images.get(0).pixels());
  }

  /** Stops the second training after a step. */
  private static final class Stopping implements ModelTraining.Observer {
    private final long step;
    private int trainings;
    private @Nullable TrainingRun run;

    Stopping(long step) {
      this.step = step;
    }

    @Override
    public void onStart(TrainingRun started, TrainingConfig config, long parameters, long from) {
      trainings++;
      run = started;
    }

    @Override
    public void onStep(long at, Trainer.Report report) {
      if (trainings == 2 && at == step) {
        Objects.requireNonNull(run).stop();
      }
    }
  }

  @Test
  void studentsRefuseWhatTheyDoNotKnow() {
    distill(how("student", Method.DIRECT, 1, GlideParts.BASE));
    assertThatThrownBy(() -> distill(how(student(), "third", Method.DIRECT, 1, CONFIG)))
        .hasMessageContaining("(expected: a teacher, not a student)");
    try (var networks = GlideNetworks.load(student(), CONFIG.compute())) {
      var stage = networks.parts().baseStage(false);
      assertThatThrownBy(() -> stage.check(stage.defaults().withSteps(100)))
          .hasMessageContaining("100 (expected: 1, for which the model was distilled)");
      assertThatThrownBy(
              () -> stage.check(stage.defaults().withGuidanceScale(GuidanceScale.constant(3))))
          .hasMessageContaining("has no guidance");
      assertThat(stage.denoising().orElseThrow().choices().samplers().names())
          .contains("ddim")
          .doesNotContain("ddpm");
    }
  }

  @Test
  void theGuidanceOfAllStagesIsThatOfTheGuidedOne() {
    distill(guided("student", 2));
    var students = Students.in(student());
    assertThat(students.of(GlideParts.BASE).orElseThrow().guidance()).isEqualTo(2);
    assertThat(students.of(GlideParts.UPSAMPLER).orElseThrow().guidance()).isEqualTo(1);
    assertThatThrownBy(() -> distill(guided("bad", 2, GlideParts.UPSAMPLER)))
        .hasMessageContaining("guidance: 2.0 (expected: 1; upsampler has no guidance)");
  }

  @Test
  void aSchedulerOfAnotherScheduleIsRefused() throws IOException {
    SchedulerConfig.ddpm().write(teacher().resolve("base/scheduler_config.json"));
    assertThat(OpenPipeline.inspect(teacher()).allFailures().toString())
        .contains("not GLIDE's (expected: COSINE β of 1000 timesteps, x̂₀ clipped to ±1)");
    assertThatThrownBy(() -> GlideNetworks.load(teacher(), CONFIG.compute()))
        .hasMessageContaining("not GLIDE's");
  }

  @Test
  void whatCannotBeDistilledIsRefused() throws IOException {
    var lowRank = CONFIG.withLowRank(new LowRank(2, 2, KeyPatterns.of("qkv")));
    assertThatThrownBy(() -> distill(how(teacher(), "bad", Method.DIRECT, 1, lowRank)))
        .hasMessageContaining("lora-rank: 2 (expected: none; models of GLIDE take no low-rank");
    assertThatThrownBy(() -> distill(how("bad", Method.DIRECT, 1, "prior")))
        .hasMessageContaining("part: prior (expected: one of base, upsampler)");
    TinyGlide.write(
        folder.resolve("inpaint"), ConcatConditioning.KNOWN, ConcatConditioning.KNOWN_AND_LOW);
    assertThatThrownBy(
            () -> distill(how(folder.resolve("inpaint"), "bad", Method.DIRECT, 1, CONFIG)))
        .hasMessageContaining("(expected: one of texts, without further pictures)");
    assertThatThrownBy(() -> distill(how("inpaint", Method.DIRECT, 1)))
        .hasMessageContaining("(expected: a folder of its own; another model is there)");
  }
}
