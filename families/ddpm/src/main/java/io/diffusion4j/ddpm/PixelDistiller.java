package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.loss.ProgressiveStep;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Parameterization;
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
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.Validation;
import io.diffusion4j.nn.train.diffusion.DiffusionLoss;
import io.diffusion4j.nn.train.diffusion.RegressionBatch;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.Student;
import io.diffusion4j.training.Distillation;
import io.diffusion4j.training.Distiller;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.TeacherPairs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Distils a DDPM. The teacher first draws pictures of numbered noises, by DDIM and with guidance. A
 * student of one step regresses them from the noise ({@link Distillation.Method#DIRECT}); or
 * students of 8, 4, 2 and 1 steps learn, one from the other, two steps of the teacher before
 * ({@link Distillation.Method#PROGRESSIVE}) on noised pictures of the teacher's.
 */
final class PixelDistiller implements Distiller {
  private static final String STAGE = DdpmPipeline.STAGE;

  /** Batches of held-out pairs, and the steps between two measurements of them. */
  private static final int VALIDATED = 4;

  private static final int VALIDATE_EVERY = 100;

  @Override
  public boolean distill(Distillation how, ModelTraining.Observer observer) {
    var first = new DdpmFolder(how.teacher());
    Check.that(
        first.autoencoder().isEmpty(), "model", how.teacher(), "a model of pixels, not of latents");
    Check.that(
        Student.in(how.teacher()).isEmpty(), "model", how.teacher(), "a teacher, not a student");
    Check.that(
        !Files.exists(how.student().resolve(ModelFolder.INDEX))
            || Student.in(how.student()).isPresent(),
        "output",
        how.student(),
        "a folder of its own; another model is there");
    var kind = first.scheduler().kind();
    Check.that(
        kind == SchedulerConfig.Kind.DDPM || kind == SchedulerConfig.Kind.DDIM,
        "scheduler",
        kind.className(),
        "a DDPM's, or a DDIM's");
    var network = PixelFolders.read(first.network());
    Check.that(
        how.guidance() == 1 || network.labels().hasNull(),
        "guidance",
        how.guidance(),
        "1; the model has no null class");
    var labels = new Labels(network, how.config().seed());
    String digest = FolderDigest.of(how.teacher(), component -> true);
    Map<String, String> origin =
        Map.of(
            "teacher",
            digest,
            "guidance",
            Double.toString(how.guidance()),
            "teacher-steps",
            Integer.toString(how.teacherSteps()),
            "seed",
            Long.toString(how.config().seed()));
    TeacherPairs pairs;
    try (var teacher = Teacher.open(first, how.guidance())) {
      pairs =
          TeacherPairs.of(
              how.work().resolve("pairs"),
              how.pairs(),
              origin,
              (from, count) -> teacher.draw(labels, from, count, how.teacherSteps()));
    }
    var set = new Pairs(pairs.samples(), labels);
    if (how.method() == Distillation.Method.DIRECT) {
      return fit(how, first, how.student(), 1, set, origin, new Direct(), observer);
    }
    var before = first;
    for (int steps = Distillation.MOST; steps >= how.steps(); steps /= 2) {
      Path state = how.work().resolve("progressive-" + steps);
      boolean isLast = steps == how.steps();
      Path folder = isLast ? how.student() : state.resolve("model");
      boolean isDone = !isLast && Student.in(folder).isPresent();
      double guidance = steps == Distillation.MOST ? how.guidance() : 1;
      if (!isDone) {
        try (var teacher = Teacher.open(before, guidance)) {
          var rows = new Halving(teacher, steps);
          if (!fit(how, before, folder, steps, set, origin, rows, observer)) {
            return false;
          }
        }
      }
      before = new DdpmFolder(folder);
    }
    return true;
  }

  /** Trains a student of some steps and writes it. */
  private static boolean fit(
      Distillation how,
      DdpmFolder teacher,
      Path folder,
      int steps,
      Pairs pairs,
      Map<String, String> origin,
      Rows rows,
      ModelTraining.Observer observer) {
    TrainingConfig config = how.config();
    var network = PixelFolders.read(teacher.network());
    var scheduler = scheduler(teacher.scheduler());
    var batch =
        new RegressionBatch(
            scheduler.schedule(),
            scheduler.parameterization(),
            PixelModel.times(network, scheduler));
    String method = how.method().name().toLowerCase(Locale.ROOT);
    var own = new HashMap<>(origin);
    own.put("method", method);
    own.put("student-steps", Integer.toString(steps));
    own.put("pairs", Integer.toString(how.pairs()));
    var training = new Batches(network, pairs, false, rows, batch, config);
    try (var trainer = new Trainer(new Regression(network), config)) {
      try (var stored = Checkpoint.open(teacher.network(), Checkpoint.DIFFUSERS)) {
        trainer.startFrom(network.fromFolder(stored));
      }
      Path state = how.work().resolve(method + "-" + steps);
      try (var run =
          new TrainingRun(trainer, config, own, training, state, how.checkpointEvery())) {
        observer.onStart(run, config, trainer.parameters(), trainer.step());
        var validation =
            new Validation(new Batches(network, pairs, true, rows, batch, config), VALIDATED);
        boolean finished = run.run(new Measuring(observer, trainer, validation));
        if (finished) {
          new DdpmFolder(folder)
              .write(network, scheduler, List.of(), trainer.averagedWeights(), config.notes());
          String digest = Objects.requireNonNull(origin.get("teacher"));
          new Student(method, steps, how.guidance(), digest).write(folder);
        }
        return finished;
      }
    }
  }

  /**
   * Returns the student's scheduler: deterministic steps from the noisiest timestep. A student of a
   * network that predicts the noise predicts v, as one step would multiply errors of ε by √(1/ᾱ).
   */
  private static SchedulerConfig scheduler(SchedulerConfig teachers) {
    var predicted = teachers.parameterization();
    return teachers
        .withKind(SchedulerConfig.Kind.DDIM)
        .withSpacing(SchedulerConfig.Spacing.TRAILING)
        .withParameterization(predicted == Parameterization.EPS ? Parameterization.V : predicted);
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
  private record Regression(PixelBackbone network) implements Objective {
    @Override
    public Loss define(Nn nn, Inputs inputs) {
      return DiffusionLoss.of(nn, inputs, network.define(nn, inputs).subList(0, 1));
    }
  }

  /** The class of each numbered noise, among them the null class if there is one. */
  private record Labels(PixelBackbone network, long seed) {
    PixelLabel of(int number) {
      int rows = network.labels().rows();
      int row = rows == 0 ? 0 : new SplittableRandom(seed + number).nextInt(rows);
      return row >= network.labels().count() ? new PixelLabel.None() : new PixelLabel.Numbered(row);
    }
  }

  /** Pictures of the teacher's by the numbers of their noises. */
  private record Pairs(List<float[]> pictures, Labels labels) {
    /** Draws the number of a pair. */
    int draw(boolean isHeldOut, SplittableRandom random) {
      while (true) {
        int number = random.nextInt(pictures.size());
        if ((number % Distillation.HELD_OUT == 0) == isHeldOut) {
          return number;
        }
      }
    }

    float[] noise(int number) {
      return noiseOf(labels.seed, number)
          .gaussian(STAGE, NoiseSource.INITIAL, pictures.get(number).length);
    }
  }

  private static NoiseSource noiseOf(long seed, int number) {
    return new PhiloxNoise(seed, number);
  }

  /** Makes the rows of a batch from pairs. */
  private interface Rows {
    List<RegressionBatch.Row> of(
        Pairs pairs, List<Integer> numbers, NoiseSchedule schedule, SplittableRandom random);
  }

  /** The teacher's picture of the noise. */
  private record Direct() implements Rows {
    @Override
    public List<RegressionBatch.Row> of(
        Pairs pairs, List<Integer> numbers, NoiseSchedule schedule, SplittableRandom random) {
      int last = schedule.steps() - 1;
      return numbers.stream()
          .map(
              number ->
                  new RegressionBatch.Row(pairs.noise(number), pairs.pictures.get(number), last, 1))
          .toList();
    }
  }

  /** The x₀ with which one step of DDIM is two steps of the teacher. */
  private record Halving(Teacher teacher, int steps) implements Rows {
    @Override
    public List<RegressionBatch.Row> of(
        Pairs pairs, List<Integer> numbers, NoiseSchedule schedule, SplittableRandom random) {
      Timesteps half = TimestepSpacings.TRAILING.of(schedule.steps(), 2 * steps);
      SamplingPlan plan = new DdimSampler(0).plan(schedule, half);
      List<Trajectory> trajectories = new ArrayList<>();
      List<Integer> places = new ArrayList<>();
      for (int number : numbers) {
        int place = 2 * random.nextInt(steps);
        var level = schedule.level(half.get(place));
        float[] x0 = pairs.pictures.get(number);
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
      teacher.follow(trajectories, numbers.stream().map(pairs.labels::of).toList());
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
  private record Batches(
      PixelBackbone network,
      Pairs pairs,
      boolean isHeldOut,
      Rows rows,
      RegressionBatch batch,
      TrainingConfig config)
      implements BatchSource {
    @Override
    public Batch batch(long step) {
      var random = BatchSource.random(config.seed() + (isHeldOut ? 1 : 0), step);
      int size = config.batchSize();
      List<Integer> numbers =
          IntStream.range(0, size).mapToObj(i -> pairs.draw(isHeldOut, random)).toList();
      var made = new Batch(size);
      batch.addTo(made, rows.of(pairs, numbers, batch.schedule(), random));
      network.feed(made, numbers.stream().map(pairs.labels::of).toList());
      return made;
    }
  }

  /** A network that draws, with guidance. */
  private record Teacher(
      PixelModel model,
      SchedulerConfig scheduler,
      Denoiser<Guidance<PixelLabel>> denoiser,
      double guidance)
      implements AutoCloseable {
    static Teacher open(DdpmFolder folder, double guidance) {
      var scheduler = folder.scheduler();
      var model = PixelModel.load(folder.network(), Compute.of(Precision.FLOAT32));
      var denoiser = model.denoiser(scheduler);
      return new Teacher(model, scheduler, new GuidedDenoiser<>(denoiser), guidance);
    }

    private Guidance<PixelLabel> guided(PixelLabel label) {
      return new Guidance<>(label, new PixelLabel.None(), GuidanceScale.constant(guidance));
    }

    List<float[]> draw(Labels labels, int from, int count, int steps) {
      var network = model.definition();
      var stage =
          new DiffusionStage<>(
              STAGE,
              denoiser,
              scheduler.schedule(),
              TimestepSpacings.TRAILING,
              scheduler.treatment(),
              network.width() * network.height() * network.channels());
      List<Draw<Guidance<PixelLabel>>> draws =
          IntStream.range(from, from + count)
              .mapToObj(i -> new Draw<>(guided(labels.of(i)), noiseOf(labels.seed, i)))
              .toList();
      var settings = new SamplingSettings(new DdimSampler(0), steps, guidance);
      return stage.sample(draws, settings, SamplingListener.NONE);
    }

    Trajectory trajectory(SamplingPlan plan, float[] start) {
      return new Trajectory(
          plan,
          denoiser.parameterization(),
          scheduler.treatment(),
          start,
          step -> new float[start.length]);
    }

    void follow(List<Trajectory> trajectories, List<PixelLabel> labels) {
      var conditions = labels.stream().map(this::guided).toList();
      while (!trajectories.get(0).done()) {
        var queries =
            IntStream.range(0, trajectories.size())
                .mapToObj(i -> trajectories.get(i).query(conditions.get(i)))
                .toList();
        var predictions = denoiser.predict(queries);
        for (int i = 0; i < predictions.size(); i++) {
          trajectories.get(i).advance(predictions.get(i));
        }
      }
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
