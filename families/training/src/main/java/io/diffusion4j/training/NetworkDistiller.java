package io.diffusion4j.training;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.LastStepDenoiser;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.loss.ProgressiveStep;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.sampling.PlanRow;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Trajectory;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.Validation;
import io.diffusion4j.nn.train.diffusion.DiffusionLoss;
import io.diffusion4j.nn.train.diffusion.RegressionBatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Distils a network. The teacher first draws samples of numbered noises, by DDIM and with guidance.
 * A student of one step regresses them from the noise ({@link Distillation.Method#DIRECT}); or
 * students of fewer and fewer steps learn, one from the other, two steps of the teacher before
 * ({@link Distillation.Method#PROGRESSIVE}) on noised samples of the teacher's. States and samples
 * are in a folder of the stage's name.
 *
 * @param <C> the conditions of the network
 */
public final class NetworkDistiller<C> {
  /** Batches of held-out pairs, and the steps between two measurements of them. */
  private static final int VALIDATED = 4;

  private static final int VALIDATE_EVERY = 100;

  /** Writes a student. */
  @FunctionalInterface
  public interface Written {
    /**
     * Writes the network's weights.
     *
     * @param notes the metadata of the weights
     */
    void write(TensorSource weights, SchedulerConfig scheduler, Map<String, String> notes);
  }

  private final Distillation how;
  private final String digest;
  private final Distillable<C> of;

  /**
   * Prepares a distillation.
   *
   * @param how the steps, the length and the place
   * @param digest the digest of the teacher's folder
   * @param of the network
   * @throws IllegalArgumentException if the network cannot be distilled in this way
   */
  public NetworkDistiller(Distillation how, String digest, Distillable<C> of) {
    this.how = how;
    this.digest = digest;
    this.of = of;
    var kind = of.scheduler().kind();
    Check.that(
        kind == SchedulerConfig.Kind.DDPM
            || kind == SchedulerConfig.Kind.DDIM
            || kind == SchedulerConfig.Kind.UNCLIP,
        "scheduler",
        kind.className(),
        "a DDPM's, a DDIM's or an unCLIP's");
    Check.that(
        how.guidance().orElse(1) == 1 || of.away().isPresent(),
        "guidance",
        how.guidance().orElse(1),
        "1; %s has no guidance",
        of.stage());
    if (how.method() == Distillation.Method.PROGRESSIVE) {
      how.firstSteps(teacherSteps()); // fails at once
    }
  }

  /** Returns the teacher's guidance scale. */
  public double guidance() {
    return how.guidance().orElse(of.usual().guidance());
  }

  private int teacherSteps() {
    return how.teacherSteps().orElse(of.usual().steps());
  }

  private Path work() {
    return how.work().resolve(of.stage());
  }

  private long seed() {
    return how.config().seed();
  }

  private Map<String, String> origin() {
    return Map.of(
        "teacher",
        digest,
        "guidance",
        Double.toString(guidance()),
        "teacher-steps",
        Integer.toString(teacherSteps()),
        "seed",
        Long.toString(seed()));
  }

  /** Returns the teacher's samples; those that are not stored are drawn. */
  public TeacherPairs pairs() {
    try (var teacher = teacher()) {
      return TeacherPairs.of(
          work().resolve("pairs-" + teacherSteps() + "-" + guidance()),
          how.pairs(),
          origin(),
          (from, count) -> teacher.draw(from, count, teacherSteps()));
    }
  }

  /**
   * Distils until the end or until it is stopped.
   *
   * @param to writes the student at the end
   * @return whether it is finished
   */
  public boolean distill(Written to, ModelTraining.Observer observer) {
    var samples = pairs().samples();
    if (how.method() == Distillation.Method.DIRECT) {
      return fit(of.weights(), 1, new Direct(samples), to, observer);
    }
    Supplier<TensorSource> before = of.weights();
    int first = how.firstSteps(teacherSteps());
    for (int steps = first; steps >= how.steps(); steps /= 2) {
      Path file = state(steps).resolve("student.safetensors");
      boolean isLast = steps == how.steps();
      if (isLast || !Files.exists(file)) {
        Written written = isLast ? to : (weights, scheduler, notes) -> write(weights, file);
        try (var teacher =
            steps == first ? teacher() : new Teacher(before, Optional.empty(), of.students(), 1)) {
          if (!fit(before, steps, new Halving(samples, teacher, steps), written, observer)) {
            return false;
          }
        }
      }
      before = () -> SafetensorsFile.open(file);
    }
    return true;
  }

  private Path state(int steps) {
    return work().resolve(how.method().word() + "-" + steps);
  }

  private static void write(TensorSource weights, Path file) {
    new SafetensorsWriter().withChecksum().copyAll(weights, Optional.of(DType.F32)).write(file);
  }

  /** Trains a student of some steps and writes it. */
  private boolean fit(
      Supplier<TensorSource> start,
      int steps,
      Examples examples,
      Written to,
      ModelTraining.Observer observer) {
    var config = how.config();
    var own = new HashMap<>(origin());
    own.put("method", how.method().word());
    own.put("student-steps", Integer.toString(steps));
    own.put("pairs", Integer.toString(how.pairs()));
    try (var trainer = new Trainer(new Regression(of.network()), config)) {
      trainer.startFrom(read(start));
      try (var run =
          new TrainingRun(
              trainer,
              config,
              own,
              Set.of(),
              new Batches(false, examples),
              state(steps),
              how.checkpointEvery())) {
        observer.onStart(run, config, trainer.parameters(), trainer.step());
        var validation = new Validation(new Batches(true, examples), VALIDATED);
        boolean finished = run.run(new Measuring(observer, trainer, validation));
        if (finished) {
          to.write(trainer.averagedWeights(), of.students(), config.notes());
        }
        return finished;
      }
    }
  }

  private static TensorSource read(Supplier<TensorSource> weights) {
    try (var stored = weights.get()) {
      return new TensorMap().putAll("", stored);
    }
  }

  /** Passes the progress on, and measures held-out pairs. */
  private record Measuring(ModelTraining.Observer to, Trainer trainer, Validation validation)
      implements TrainingRun.Listener {
    @Override
    public void onStep(long step, Trainer.Report report) {
      to.onStep(step, report);
      if (step % VALIDATE_EVERY == 0) {
        to.onValidation(step, validation.measure(trainer));
      }
    }

    @Override
    public void onCheckpoint(long step, Path file) {
      to.onCheckpoint(step, file);
    }
  }

  /** The error of x̂₀; a learned variance is left as it is. */
  private record Regression(NetworkDefinition network) implements Objective {
    @Override
    public Loss define(Nn nn, Inputs inputs) {
      return DiffusionLoss.of(nn, inputs, network.define(nn, inputs).subList(0, 1));
    }
  }

  private NoiseSource noise(int number) {
    return new PhiloxNoise(seed(), number);
  }

  private float[] start(int number) {
    return noise(number).gaussian(of.stage(), NoiseSource.INITIAL, of.rowSize());
  }

  /** Makes the rows of a batch from samples of the teacher's. */
  private interface Examples {
    List<RegressionBatch.Row> of(List<Integer> numbers, SplittableRandom random);
  }

  /** The teacher's sample of the noise. */
  private final class Direct implements Examples {
    private final List<float[]> samples;

    Direct(List<float[]> samples) {
      this.samples = samples;
    }

    @Override
    public List<RegressionBatch.Row> of(List<Integer> numbers, SplittableRandom random) {
      int last = of.scheduler().trainTimesteps() - 1;
      return numbers.stream()
          .map(number -> new RegressionBatch.Row(start(number), samples.get(number), last, 1))
          .toList();
    }
  }

  /** The x₀ with which one step of DDIM is two steps of the teacher. */
  private final class Halving implements Examples {
    private final List<float[]> samples;
    private final Teacher teacher;
    private final NoiseSchedule schedule = of.scheduler().schedule();
    private final Timesteps half;
    private final SamplingPlan plan;

    Halving(List<float[]> samples, Teacher teacher, int steps) {
      this.samples = samples;
      this.teacher = teacher;
      half = TimestepSpacings.TRAILING.of(schedule.steps(), 2 * steps);
      plan = new DdimSampler(0).plan(schedule, half);
    }

    @Override
    public List<RegressionBatch.Row> of(List<Integer> numbers, SplittableRandom random) {
      List<Trajectory> trajectories = new ArrayList<>();
      List<Integer> places = new ArrayList<>();
      for (int number : numbers) {
        int place = 2 * random.nextInt(half.size() / 2);
        var level = schedule.level(half.get(place));
        float[] x0 = samples.get(number);
        float[] noisy = new float[x0.length];
        for (int i = 0; i < noisy.length; i++) {
          noisy[i] = (float) level.xt(x0[i], random.nextGaussian());
        }
        places.add(place);
        var two =
            new SamplingPlan(
                plan.steps().subList(place, place + 2), plan.epsSource(), plan.initialScale());
        trajectories.add(teacher.trajectory(two, noisy));
      }
      List<float[]> starts = trajectories.stream().map(Trajectory::x).toList();
      teacher.follow(
          trajectories, numbers, places.stream().map(place -> new PlanRow(plan, place)).toList());
      List<RegressionBatch.Row> rows = new ArrayList<>();
      for (int row = 0; row < numbers.size(); row++) {
        int t = half.get(places.get(row));
        var step =
            new ProgressiveStep(schedule.level(t), schedule.level(half.get(places.get(row) + 2)));
        float[] z = starts.get(row);
        float[] after = trajectories.get(row).x();
        float[] x0 = new float[z.length];
        for (int i = 0; i < x0.length; i++) {
          x0[i] = (float) step.target(z[i], after[i]);
        }
        rows.add(new RegressionBatch.Row(z, x0, t, step.weight()));
      }
      return rows;
    }
  }

  /** Batches of drawn pairs, a pure function of the step. */
  private final class Batches implements BatchSource {
    private final boolean isHeldOut;
    private final Examples examples;
    private final RegressionBatch batch;

    Batches(boolean isHeldOut, Examples examples) {
      this.isHeldOut = isHeldOut;
      this.examples = examples;
      var scheduler = of.students();
      batch = new RegressionBatch(scheduler.schedule(), scheduler.parameterization(), of.times());
    }

    @Override
    public Batch batch(long step) {
      var random = BatchSource.random(seed() + (isHeldOut ? 1 : 0), step);
      int size = how.config().batchSize();
      List<Integer> numbers = IntStream.range(0, size).mapToObj(i -> number(random)).toList();
      var made = new Batch(size);
      batch.addTo(made, examples.of(numbers, random));
      of.feed().feed(made, numbers.stream().map(of.conditions()::get).toList());
      return made;
    }

    /** Draws the number of a pair. */
    private int number(SplittableRandom random) {
      while (true) {
        int number = random.nextInt(how.pairs());
        if ((number % Distillation.HELD_OUT == 0) == isHeldOut) {
          return number;
        }
      }
    }
  }

  /** The teacher at the beginning. */
  private Teacher teacher() {
    return new Teacher(of.weights(), of.ending(), of.scheduler(), guidance());
  }

  /** A network that draws, with guidance. */
  private final class Teacher implements AutoCloseable {
    private final List<CompiledNetwork> networks = new ArrayList<>();
    private final SchedulerConfig scheduler;
    private final Denoiser<Guidance<C>> denoiser;
    private final double guidance;

    Teacher(
        Supplier<TensorSource> weights,
        Optional<Supplier<TensorSource>> ending,
        SchedulerConfig scheduler,
        double guidance) {
      this.scheduler = scheduler;
      this.guidance = guidance;
      Denoiser<C> first = open(weights);
      denoiser =
          new GuidedDenoiser<>(
              ending
                  .<Denoiser<C>>map(last -> new LastStepDenoiser<>(first, open(last)))
                  .orElse(first));
    }

    private Denoiser<C> open(Supplier<TensorSource> weights) {
      try (var stored = weights.get()) {
        var network = new CompiledNetwork(of.network(), stored, how.config().compute());
        networks.add(network);
        return new NetworkDenoiser<>(network, scheduler.parameterization(), of.times(), of.feed());
      }
    }

    private Guidance<C> guided(int number) {
      C condition = of.conditions().get(number);
      return new Guidance<>(
          condition, of.away().orElse(condition), GuidanceScale.constant(guidance));
    }

    /** Draws as many at a time as are trained at a time. */
    List<float[]> draw(int from, int count, int steps) {
      var stage =
          new DiffusionStage<>(
              of.stage(),
              denoiser,
              scheduler.schedule(),
              TimestepSpacings.TRAILING,
              scheduler.treatment(),
              of.rowSize());
      var settings = new SamplingSettings(new DdimSampler(0), steps, guidance);
      int most = how.config().batchSize();
      List<float[]> drawn = new ArrayList<>();
      for (int first = from; first < from + count; first += most) {
        var draws =
            IntStream.range(first, Math.min(first + most, from + count))
                .mapToObj(i -> new Draw<>(guided(i), noise(i)))
                .toList();
        drawn.addAll(stage.sample(draws, settings, SamplingListener.NONE));
      }
      return drawn;
    }

    Trajectory trajectory(SamplingPlan plan, float[] start) {
      return new Trajectory(
          plan,
          denoiser.parameterization(),
          scheduler.treatment(),
          start,
          step -> new float[start.length]);
    }

    /** Follows them from rows of a longer plan, of which a network may know the last. */
    void follow(List<Trajectory> trajectories, List<Integer> numbers, List<PlanRow> from) {
      var conditions = numbers.stream().map(this::guided).toList();
      while (!trajectories.get(0).done()) {
        var queries =
            IntStream.range(0, trajectories.size())
                .mapToObj(i -> query(trajectories.get(i), conditions.get(i), from.get(i)))
                .toList();
        var predictions = denoiser.predict(queries);
        for (int i = 0; i < predictions.size(); i++) {
          trajectories.get(i).advance(predictions.get(i));
        }
      }
    }

    private Query<Guidance<C>> query(Trajectory trajectory, Guidance<C> condition, PlanRow from) {
      int row = from.index() + trajectory.step();
      return trajectory.query(condition).withRow(new PlanRow(from.plan(), row));
    }

    @Override
    public void close() {
      networks.forEach(CompiledNetwork::close);
    }
  }
}
