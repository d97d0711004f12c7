package io.diffusion4j.ddpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.diffusion.DiffusionLoss;
import io.diffusion4j.nn.train.diffusion.RegressionBatch;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.Members;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.training.Distillable;
import io.diffusion4j.training.Distillation;
import io.diffusion4j.training.Distillation.Method;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.NetworkDistiller;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A student of few steps comes closer to the ends of the teacher's trajectories than the teacher's
 * own weights in as many steps, by every method.
 */
final class DistillationLawTest {
  private static final int VALUES = 4;
  private static final int WAVES = 16;
  private static final int TEACHER_STEPS = 32;
  private static final int PAIRS = 128;
  private static final int WIDTH = 48;
  private static final int BATCH = 16;
  private static final int TEACHING = 2000;

  @TempDir private Path folder = Path.of("");

  /** A class and the guidance scale that the network sees. */
  private record Seen(float group, float scale) {}

  private static final Seen NOBODY = new Seen(0, 0);

  private static List<Tensor> define(Nn nn, Inputs inputs) {
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, WAVES));
    var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, VALUES));
    var group = nn.input(inputs.floats("group", 1));
    var scale = nn.input(inputs.floats("scale", 1));
    var h = nn.at("in").linear(nn.concat(1, List.of(x, group)), WIDTH);
    var t =
        nn.add(nn.at("time").linear(time, WIDTH), nn.at("scale").linear(scale, WIDTH, Init.ZEROS));
    for (int i = 0; i < 2; i++) {
      h = nn.add(h, nn.at("block", i).linear(nn.silu(nn.add(h, t)), WIDTH));
    }
    return List.of(nn.output(nn.at("out").linear(nn.silu(h), VALUES)));
  }

  private static void feed(Batch batch, List<Seen> seen) {
    batch
        .floats("group", Rows.stack(seen.stream().map(it -> new float[] {it.group}).toList()))
        .floats("scale", Rows.stack(seen.stream().map(it -> new float[] {it.scale}).toList()));
  }

  private static final Map<Parameterization, TensorSource> TEACHERS = new HashMap<>();

  /** Returns a network that was trained on two points of each class; it does not look at scales. */
  private static TensorSource weights(SchedulerConfig scheduler) {
    return TEACHERS.computeIfAbsent(
        scheduler.parameterization(), predicted -> trained(scheduler, predicted));
  }

  private static TensorSource trained(SchedulerConfig scheduler, Parameterization predicted) {
    var schedule = scheduler.schedule();
    var rows = new RegressionBatch(schedule, predicted, times(scheduler));
    var random = new SplittableRandom(3);
    Objective objective = (nn, inputs) -> DiffusionLoss.of(nn, inputs, define(nn, inputs));
    try (var trainer = new Trainer(objective, config(TEACHING))) {
      for (int step = 0; step < TEACHING; step++) {
        List<RegressionBatch.Row> some = new ArrayList<>();
        List<Seen> seen = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
          float group = random.nextInt(3) - 1;
          int t = random.nextInt(schedule.steps());
          var level = schedule.level(t);
          float[] x0 = point(group == 0 ? random.nextInt(2) * 2 - 1 : group, random.nextBoolean());
          float[] xt = new float[VALUES];
          for (int k = 0; k < VALUES; k++) {
            xt[k] = (float) level.xt(x0[k], random.nextGaussian());
          }
          some.add(new RegressionBatch.Row(xt, x0, t, Math.min(1 + level.snr(), 5)));
          seen.add(new Seen(group, 0));
        }
        var batch = new Batch(BATCH);
        rows.addTo(batch, some);
        feed(batch, seen);
        trainer.step(batch);
      }
      return new TensorMap().putAll("", trainer.averagedWeights());
    }
  }

  private static float[] point(float group, boolean other) {
    return other
        ? new float[] {group * 0.8f, -0.6f, 0.3f, group * 0.5f}
        : new float[] {group * 0.4f, 0.7f, group * -0.8f, -0.2f};
  }

  private static Distillable<Seen> teacher(SchedulerConfig scheduler) {
    return new Distillable<>(
        "decoder",
        DistillationLawTest::define,
        () -> weights(scheduler),
        Optional.empty(),
        scheduler,
        times(scheduler),
        DistillationLawTest::feed,
        VALUES,
        Distillable.Encoding.pixels(1),
        IntStream.range(0, 2 * PAIRS).mapToObj(i -> new Seen(i % 2 == 0 ? 1 : -1, 0)).toList(),
        Optional.of(NOBODY),
        Optional.of((seen, scale) -> new Seen(seen.group, (float) scale)),
        new Distillable.Defaults(TEACHER_STEPS, 2));
  }

  private static NetworkDenoiser.Times times(SchedulerConfig scheduler) {
    NetworkDenoiser.Times own = t -> TimeEmbedding.sinusoid(t, WAVES);
    return scheduler.kind().isFlow() ? own.under(scheduler.schedule()) : own;
  }

  private static SchedulerConfig scheduler(Parameterization predicted) {
    return predicted == Parameterization.VELOCITY
        ? SchedulerConfig.flow(1000, 1)
        : SchedulerConfig.ddpm().withParameterization(predicted);
  }

  private static final ModelTraining.Observer NOBODY_WATCHES = (step, report) -> {};

  private static final Compute COMPUTE = Compute.of(Precision.FLOAT32);

  private Distillation how(Method method, int steps, long length, Distillation.Scales... scales) {
    return new Distillation(
        folder,
        folder.resolve("student"),
        folder.resolve("state"),
        method,
        steps,
        List.of(),
        Distillation.Examples.drawn(List.of(), PAIRS),
        OptionalInt.empty(),
        OptionalDouble.empty(),
        List.of(scales).stream().findFirst(),
        config(length),
        50,
        Group.alone());
  }

  private static TrainingConfig config(long steps) {
    return TrainingConfig.of(steps, BATCH, 3e-3, 1).withCompute(COMPUTE);
  }

  private record Made(TensorSource weights, SchedulerConfig scheduler) {}

  /** Distils, and returns the student if the run is finished. */
  private static Optional<Made> distill(
      Distillation how, Distillable<Seen> of, ModelTraining.Observer observer) {
    Made[] made = new Made[1];
    boolean finished =
        new NetworkDistiller<>(how, "sha256:1", of)
            .distill(
                "",
                (weights, scheduler, notes, student) ->
                    made[0] = new Made(new TensorMap().putAll("", weights), scheduler),
                observer);
    assertThat(finished).isEqualTo(made[0] != null);
    return Optional.ofNullable(made[0]);
  }

  private static NoiseSource noise(int number) {
    return new PhiloxNoise(1, number);
  }

  /** Returns the mean square distance of held-out samples from the teacher's. */
  private static double error(
      Made student, Distillable<Seen> of, List<float[]> ends, int steps, float scale) {
    var schedule = student.scheduler.schedule();
    double sum = 0;
    try (var network = new CompiledNetwork(of.network(), student.weights, COMPUTE)) {
      var stage =
          new DiffusionStage<>(
              of.stage(),
              new NetworkDenoiser<>(
                  network, student.scheduler.parameterization(), of.times(), of.feed()),
              schedule,
              TimestepSpacings.TRAILING,
              student.scheduler.treatment(),
              VALUES);
      for (int number = 0; number < PAIRS; number += Distillation.HELD_OUT) {
        var seen = new Seen(of.conditions().get(number).group, scale);
        float[] end =
            stage
                .sample(
                    List.of(new Draw<>(seen, noise(number))),
                    new SamplingSettings(new DdimSampler(0), steps, 1),
                    SamplingListener.NONE)
                .get(0);
        for (int i = 0; i < VALUES; i++) {
          sum += Math.pow(end[i] - ends.get(number)[i], 2);
        }
      }
    }
    return sum * Distillation.HELD_OUT / PAIRS / VALUES;
  }

  @ParameterizedTest
  @CsvSource({
    "DIRECT, V, 1",
    "DIRECT, EPS, 1",
    "PROGRESSIVE, V, 2",
    "REFLOW, V, 2",
    "REFLOW, X0, 1",
    "CONSISTENCY, V, 1",
    "CONSISTENCY, EPS, 2",
    "LCM, X0, 2",
    "DIRECT, VELOCITY, 1",
    "PROGRESSIVE, VELOCITY, 4",
    "REFLOW, VELOCITY, 2",
    "CONSISTENCY, VELOCITY, 2",
  })
  void aStudentIsCloserThanTheUndistilledWeights(
      Method method, Parameterization predicted, int steps) {
    var of = teacher(scheduler(predicted));
    var how = how(method, steps, 600);
    var student = distill(how, of, NOBODY_WATCHES).orElseThrow();
    var ends = new NetworkDistiller<>(how, "sha256:1", of).samples();
    double before = error(new Made(weights(of.scheduler()), of.scheduler()), of, ends, steps, 0);
    assertThat(error(student, of, ends, steps, 0)).isLessThan(0.6 * before);
  }

  /** A student that reads its scale draws like the teacher at each of them. */
  @Test
  void theScaleStaysASetting() {
    var of = teacher(scheduler(Parameterization.X0));
    var how = how(Method.LCM, 1, 1500, new Distillation.Scales(1, 6));
    var student = distill(how, of, NOBODY_WATCHES).orElseThrow();
    double own = 0;
    double others = 0;
    for (float scale : new float[] {1, 6}) {
      var asked = how(Method.DIRECT, 1, 1);
      var at = drawing(of, new Distillable.Defaults(TEACHER_STEPS, scale));
      var ends = new NetworkDistiller<>(asked, "sha256:1", at).samples();
      own += error(student, of, ends, 1, scale);
      others += error(student, of, ends, 1, 7 - scale);
    }
    assertThat(own).isLessThan(0.8 * others);
  }

  private static Distillable<Seen> drawing(Distillable<Seen> of, Distillable.Defaults defaults) {
    return new Distillable<>(
        of.stage(),
        of.network(),
        of.weights(),
        of.ending(),
        of.scheduler(),
        of.times(),
        of.feed(),
        of.rowSize(),
        of.encoding(),
        of.conditions(),
        of.away(),
        of.embedding(),
        defaults);
  }

  @ParameterizedTest
  @EnumSource(
      value = Method.class,
      names = {"CONSISTENCY", "REFLOW"})
  void aResumedRunIsTheSame(Method method) {
    var of = teacher(scheduler(Parameterization.V));
    var whole = distill(how(method, 1, 60), of, NOBODY_WATCHES).orElseThrow();
    var parts = how(method, 1, 60);
    var again =
        new Distillation(
            parts.teacher(),
            parts.student(),
            folder.resolve("again"),
            method,
            1,
            List.of(),
            parts.examples(),
            OptionalInt.empty(),
            OptionalDouble.empty(),
            Optional.empty(),
            parts.config(),
            7,
            Group.alone());
    var stopping = new Stopping(33);
    assertThat(distill(again, of, stopping)).isEmpty();
    var resumed = distill(again, of, NOBODY_WATCHES).orElseThrow();
    for (String name : whole.weights.names()) {
      assertThat(resumed.weights.read(name)).as(name).isEqualTo(whole.weights.read(name));
    }
  }

  /** Stops a run after a step. */
  private static final class Stopping implements ModelTraining.Observer {
    private final long last;
    private Optional<TrainingRun> run = Optional.empty();

    Stopping(long last) {
      this.last = last;
    }

    @Override
    public void onStart(
        TrainingRun started, TrainingConfig config, long parameters, long fromStep) {
      run = Optional.of(started);
    }

    @Override
    public void onStep(long step, Trainer.Report report) {
      if (step == last) {
        run.orElseThrow().stop();
      }
    }
  }

  /** Processes with a common folder, or with one each, make the student of one process. */
  @ParameterizedTest
  @CsvSource({
    "CONSISTENCY, 2, true",
    "CONSISTENCY, 3, false",
    "PROGRESSIVE, 2, false",
    "PROGRESSIVE, 2, true",
    "DIRECT, 2, true"
  })
  void severalProcessesMakeTheSameStudent(Method method, int processes, boolean isCommon) {
    var of = teacher(scheduler(Parameterization.V));
    var alone = distill(together(method, "alone", Group.alone()), of, NOBODY_WATCHES).orElseThrow();
    List<Optional<Made>> parts = train(of, method, processes, isCommon, 17);
    assertThat(parts).as("stopped").allMatch(Optional::isEmpty);
    var made = train(of, method, processes, isCommon, Long.MAX_VALUE);
    assertThat(made.stream().flatMap(Optional::stream)).hasSize(isCommon ? 1 : processes);
    made.forEach(student -> student.ifPresent(own -> assertSame(own, alone)));
  }

  private static void assertSame(Made student, Made alone) {
    for (String name : alone.weights.names()) {
      assertThat(student.weights.read(name)).as(name).isEqualTo(alone.weights.read(name));
    }
  }

  /** Trains until a step in several processes, and returns the students that they wrote. */
  private List<Optional<Made>> train(
      Distillable<Seen> of, Method method, int processes, boolean isCommon, long last) {
    return Members.run(
        processes,
        group -> {
          var made = new ArrayList<Made>();
          var how = together(method, isCommon ? "common" : "of-" + group.rank(), group);
          new NetworkDistiller<>(how, "sha256:1", of)
              .distill(
                  "",
                  (weights, scheduler, notes, student) ->
                      made.add(new Made(new TensorMap().putAll("", weights), scheduler)),
                  new Stopping(last));
          return made.stream().findFirst();
        });
  }

  /** Returns a short distillation whose bits do not depend on the number of processes. */
  private Distillation together(Method method, String place, Group group) {
    return new Distillation(
        folder,
        folder.resolve(place).resolve("student"),
        folder.resolve(place).resolve("state"),
        method,
        1,
        List.of(),
        Distillation.Examples.drawn(List.of(), PAIRS + 9),
        OptionalInt.empty(),
        OptionalDouble.empty(),
        Optional.empty(),
        config(31)
            .withShares(TrainingConfig.Shares.FIXED)
            .withCompute(COMPUTE.withThreads(Threads.of(1))),
        7,
        group);
  }

  @Test
  void whatIsImpossibleIsRefused() {
    var of = teacher(scheduler(Parameterization.V));
    assertThatThrownBy(() -> how(Method.DIRECT, 2, 1))
        .hasMessage("student-steps: 2 (expected: 1 with the method direct; the others have more)");
    assertThatThrownBy(() -> how(Method.REFLOW, 16, 1))
        .hasMessage("student-steps: 16 (expected: 1, 2, 4 or 8)");
    assertThatThrownBy(() -> how(Method.CONSISTENCY, 1, 1, new Distillation.Scales(1, 2)))
        .hasMessage(
            "embed-guidance: 1.0,2.0 (expected: none; only the method lcm keeps the scale a"
                + " setting)");
    assertThatThrownBy(() -> new Distillation.Scales(3, 2))
        .hasMessage(
            "embed-guidance: 3.0,2.0 (expected: two scales from 1 to 100.0, the smaller one"
                + " first)");
    var apart = how(Method.LCM, 1, 1, new Distillation.Scales(3, 4));
    assertThatThrownBy(() -> new NetworkDistiller<>(apart, "sha256:1", of))
        .hasMessage(
            "guidance: 2.0 (expected: 3.0 to 4.0, within embed-guidance, as the default of the"
                + " student)");
    var student = teacher(of.scheduler().withKind(SchedulerConfig.Kind.LCM));
    assertThatThrownBy(() -> new NetworkDistiller<>(how(Method.LCM, 1, 1), "sha256:1", student))
        .hasMessage("scheduler: LCMScheduler (expected: that of a model of many steps)");
  }
}
