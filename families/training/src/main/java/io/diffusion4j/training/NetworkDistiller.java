package io.diffusion4j.training;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.Validation;
import io.diffusion4j.nn.train.diffusion.DiffusionLoss;
import io.diffusion4j.nn.train.diffusion.RegressionBatch;
import io.diffusion4j.nn.train.group.OwnFolder;
import io.diffusion4j.nn.train.group.RowRange;
import io.diffusion4j.pipeline.Student;
import io.diffusion4j.pipeline.Students;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Distils a network. The teacher first draws samples of numbered noises, by DDIM and with guidance,
 * unless there are pictures to learn from. The student learns from them by the {@link Lesson} of
 * the method; the students of {@link Distillation.Method#PROGRESSIVE}, of fewer and fewer steps,
 * one from the other. States and samples are in a folder of the stage's name.
 *
 * @param <C> the conditions of the network
 */
public final class NetworkDistiller<C> {
  /** The noise levels that students of {@link Distillation.Method#LCM} learn. */
  public static final int LEVELS = ConsistencyLesson.LEVELS;

  /** Batches of held-out pairs, and the steps between two measurements of them. */
  private static final int VALIDATED = 4;

  private static final int VALIDATE_EVERY = 100;

  private static final String STUDENT = "student.safetensors";

  /** The most by which the first step of a student multiplies errors of its network. */
  private static final double MAX_FACTOR = 1000;

  /** Classes of students, and of networks that time another way. */
  private static final Set<SchedulerConfig.Kind> FEW_STEPS =
      EnumSet.of(
          SchedulerConfig.Kind.LCM,
          SchedulerConfig.Kind.TCD,
          SchedulerConfig.Kind.CONSISTENCY,
          SchedulerConfig.Kind.SDE);

  /** Writes a student. */
  @FunctionalInterface
  public interface Written {
    /**
     * Writes the network's weights.
     *
     * @param notes the metadata of the weights
     * @param student what the stage can do from now on
     */
    void write(
        TensorSource weights,
        SchedulerConfig scheduler,
        Map<String, String> notes,
        Student student);
  }

  /** Takes the weights of a student at the end of its training. */
  @FunctionalInterface
  private interface Trained {
    void accept(TensorSource weights, Map<String, String> notes);
  }

  private final Distillation how;
  private final String digest;
  private final Distillable<C> of;
  private final StudentForm<C> form;

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
    form = new StudentForm<>(of, how.config().lowRank(), how.compute());
    var kind = of.scheduler().kind();
    Check.that(
        !FEW_STEPS.contains(kind), "scheduler", kind.className(), "that of a model of many steps");
    Check.that(
        how.guidance().orElse(1) == 1 || of.away().isPresent(),
        "guidance",
        how.guidance().orElse(1),
        "1; %s has no guidance",
        of.stage());
    Check.that(
        how.embedded().isEmpty() || of.embedding().isPresent(),
        "embed-guidance",
        how.embedded().map(Distillation.Scales::words).orElse(""),
        "none; the network of %s has no input for a guidance scale",
        of.stage());
    how.embedded()
        .ifPresent(
            scales ->
                Check.that(
                    scales.least() <= guidance() && guidance() <= scales.most(),
                    "guidance",
                    guidance(),
                    "%s, within embed-guidance, as the default of the student",
                    scales.words().replace(",", " to ")));
    if (how.method() == Distillation.Method.PROGRESSIVE) {
      how.firstSteps(teacherSteps()); // fails at once
    }
  }

  /** Returns the teacher's guidance scale. */
  public double guidance() {
    return how.guidance().orElse(of.defaults().guidance());
  }

  private int teacherSteps() {
    return how.teacherSteps().orElse(of.defaults().steps());
  }

  private Path work() {
    return how.work().resolve(of.stage());
  }

  private long seed() {
    return how.config().seed();
  }

  /** Returns what samples are made of, given what their examples are made of. */
  private Map<String, String> origin(Map<String, String> examples) {
    Map<String, String> origin = new HashMap<>(examples);
    origin.put("teacher", digest);
    origin.put("guidance", Double.toString(guidance()));
    origin.put("teacher-steps", Integer.toString(teacherSteps()));
    origin.put("seed", Long.toString(seed()));
    return origin;
  }

  /** Returns what a student of some steps is made of. */
  private Map<String, String> origin(int steps) {
    Map<String, String> own = origin(how.examples().origin());
    own.put("method", how.method().word());
    own.put("student-steps", Integer.toString(steps));
    own.put("pairs", Integer.toString(how.examples().count()));
    how.embedded().ifPresent(scales -> own.put("embed-guidance", scales.words()));
    return own;
  }

  /** Returns the samples to learn from: the stored ones, and others drawn or encoded now. */
  public List<float[]> samples() {
    var data = how.examples().data();
    if (data.isPresent()) {
      var pictures = Distillation.Examples.pictures(data.get(), of.encoding().size());
      try (var encoder = of.encoding().open().get()) {
        return stored(
            "data",
            (from, count) ->
                encoder.encode(
                    pictures.range(from, from + count).stream()
                        .map(CaptionedImage::image)
                        .toList()));
      }
    }
    try (var teacher = teacher()) {
      return stored(
          "pairs-" + teacherSteps() + "-" + guidance(),
          (from, count) ->
              teacher.draw(
                  from, count, teacherSteps(), guidance(), this::noise, how.config().batchSize()));
    }
  }

  private List<float[]> stored(String folder, StoredSamples.Source source) {
    return StoredSamples.of(
        work().resolve(folder),
        how.examples().count(),
        of.rowSize(),
        (from, count) -> origin(how.examples().origin(from, count)),
        how.group(),
        source);
  }

  /**
   * Distils until the end or until it is stopped. Low-rank updates are added to the file that the
   * student is.
   *
   * @param prefix what stands before the names of the network's low-rank updates
   * @param whole writes the student at the end if it has weights of its own
   * @return whether it is finished
   * @throws IllegalArgumentException if low-rank updates cannot make a student of the network
   */
  public boolean distill(String prefix, Written whole, ModelTraining.Observer observer) {
    double factor =
        Conversion.of(
                form.scheduler().parameterization(), schedule().alphaBar(schedule().steps() - 1))
            .x0FromOutput();
    Check.that(
        Math.abs(factor) <= MAX_FACTOR,
        "lora-rank",
        how.config().lowRank().map(LowRank::rank).orElse(0),
        "none; %s predicts ε still, and its first step would multiply errors by %.0f",
        of.stage(),
        Math.abs(factor));
    var student =
        Student.of(
            how.method().word(),
            how.steps(),
            guidance(),
            how.scales(),
            how.method().sampler(),
            digest);
    Trained to =
        how.config()
            .lowRank()
            .<Trained>map(low -> (weights, notes) -> add(low, prefix, student, weights, notes))
            .orElse((weights, notes) -> whole.write(weights, form.scheduler(), notes, student));
    var samples = samples();
    return switch (how.method()) {
      case DIRECT -> fit(PairLesson.direct(schedule(), samples, this::start), to, observer);
      case REFLOW -> fit(PairLesson.reflow(schedule(), samples, this::start), to, observer);
      case CONSISTENCY, LCM -> consistent(samples, to, observer);
      case PROGRESSIVE -> halved(samples, to, observer);
    };
  }

  private void add(
      LowRank low,
      String prefix,
      Student student,
      TensorSource weights,
      Map<String, String> notes) {
    var file = LowRankFile.in(how.student());
    var own = new HashMap<>(notes);
    own.putAll(Students.noted(file.path(), file.notes()).with(of.stage(), student).note());
    file.add(low, weights, prefix, own);
  }

  private boolean fit(Lesson<C> lesson, Trained to, ModelTraining.Observer observer) {
    return fit(of.weights(), how.steps(), lesson, to, observer);
  }

  private boolean consistent(List<float[]> samples, Trained to, ModelTraining.Observer observer) {
    try (var teacher = teacher();
        var target = new EarlierStudent<>(form, state(how.steps()), unlike(), how.group())) {
      return fit(new ConsistencyLesson<>(schedule(), samples, teacher, target), to, observer);
    }
  }

  /** Returns the steps in which a student learns to predict what its teacher does not. */
  private long unlike() {
    boolean alike = form.scheduler().parameterization() == of.scheduler().parameterization();
    return alike ? 0 : how.config().steps() / 4;
  }

  private boolean halved(List<float[]> samples, Trained to, ModelTraining.Observer observer) {
    Supplier<TensorSource> before = of.weights();
    int first = how.firstSteps(teacherSteps());
    for (int steps = first; steps >= how.steps(); steps /= 2) {
      Path file = state(steps).resolve(STUDENT);
      boolean isLast = steps == how.steps();
      var own = origin(steps);
      own.put("steps", Long.toString(how.config().steps()));
      own.put("lora", how.config().lowRank().map(LowRank::toString).orElse("none"));
      if (!isLast && Files.exists(file)) {
        requireSame(file, own);
      }
      if (isLast || how.group().any(!Files.exists(file))) {
        Trained trained = isLast ? to : (weights, notes) -> form.write(weights, file, own);
        try (var teacher =
            steps == first ? teacher() : form.open(state(2 * steps).resolve(STUDENT))) {
          double guidance = steps == first ? guidance() : 1;
          var lesson = new HalvingLesson<>(schedule(), samples, teacher, steps, guidance);
          if (!fit(before, steps, lesson, trained, observer)) {
            return false;
          }
        }
      }
      before = () -> form.start(file);
    }
    return true;
  }

  /** Returns normally if a stored student was made in the same way as it would be now. */
  private static void requireSame(Path file, Map<String, String> origin) {
    try (var stored = SafetensorsFile.open(file)) {
      var other = new TreeMap<>(origin);
      other.entrySet().removeIf(own -> own.getValue().equals(stored.metadata().get(own.getKey())));
      if (!other.isEmpty()) {
        throw new CheckpointException(
            file,
            "of another distillation (expected: %s; remove %s to distil anew)"
                .formatted(other, file.getParent()));
      }
    }
  }

  private Path state(int steps) {
    return work().resolve(how.method().word() + "-" + steps);
  }

  /** Trains a student of some steps and writes it. */
  private boolean fit(
      Supplier<TensorSource> start,
      int steps,
      Lesson<C> lesson,
      Trained to,
      ModelTraining.Observer observer) {
    var group = how.group();
    var config = TrainingRun.resumed(how.config(), state(steps), group);
    try (var trainer = new Trainer(new Regression(of.network()), config, group)) {
      trainer.startFrom(read(start));
      try (var run =
          new TrainingRun(
              trainer,
              config,
              origin(steps),
              Set.of(),
              new Batches(trainer, false, lesson),
              state(steps),
              how.checkpointEvery())) {
        observer.onStart(run, config, trainer.parameters(), trainer.step());
        var validation = new Validation(new Batches(trainer, true, lesson), VALIDATED);
        boolean finished =
            run.run(new Measuring(observer, trainer, validation, lesson, how.checkpointEvery()));
        if (finished) {
          boolean writes = OwnFolder.writes(group, how.student());
          group.inTurn(
              () -> {
                if (writes) {
                  to.accept(trainer.averagedWeights(), config.notes());
                }
              });
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
  private record Measuring(
      ModelTraining.Observer to,
      Trainer trainer,
      Validation validation,
      Lesson<?> lesson,
      long checkpointEvery)
      implements TrainingRun.Listener {
    @Override
    public void onStep(long step, Trainer.Report report) {
      to.onStep(step, report);
      lesson.onStep(step, trainer::weights);
      if (step % VALIDATE_EVERY == 0) {
        var numbers = validation.measure(trainer);
        if (trainer.group().isFirst()) {
          to.onValidation(step, numbers);
        }
      }
      if (step % checkpointEvery == 0 && !trainer.group().isFirst()) {
        lesson.onCheckpoint(step - checkpointEvery); // the last state that surely is saved
      }
    }

    @Override
    public void onCheckpoint(long step, Path file) {
      to.onCheckpoint(step, file);
      lesson.onCheckpoint(step);
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

  private NoiseSchedule schedule() {
    return of.scheduler().schedule();
  }

  /** Batches of drawn pairs, a pure function of the step. */
  private final class Batches implements BatchSource {
    private final Trainer trainer;
    private final boolean isHeldOut;
    private final Lesson<C> lesson;
    private final RegressionBatch batch;

    Batches(Trainer trainer, boolean isHeldOut, Lesson<C> lesson) {
      this.trainer = trainer;
      this.isHeldOut = isHeldOut;
      this.lesson = lesson;
      var scheduler = form.scheduler();
      batch = new RegressionBatch(scheduler.schedule(), scheduler.parameterization(), of.times());
    }

    @Override
    public Batch batch(long number) {
      return rows(number, new RowRange(0, how.config().batchSize()));
    }

    @Override
    public Batch rows(long number, RowRange share) {
      var random = BatchSource.random(seed() + (isHeldOut ? 1 : 0), number);
      int size = how.config().batchSize();
      var asked = IntStream.range(0, size).mapToObj(i -> asked(random)).toList();
      long step = isHeldOut ? trainer.step() : number / how.config().accumulate();
      var made = new Batch(share.count());
      batch.addTo(made, lesson.rows(asked, share, random, step));
      of.feed().feed(made, share.rowsOf(asked).stream().map(Lesson.Asked::condition).toList());
      return made;
    }

    /** Draws the number of a pair, and a guidance scale if the student reads it. */
    private Lesson.Asked<C> asked(SplittableRandom random) {
      int number;
      do {
        number = random.nextInt(how.examples().count());
      } while ((number % Distillation.HELD_OUT == 0) != isHeldOut);
      C condition = of.conditions().get(number);
      if (how.embedded().isEmpty()) {
        return new Lesson.Asked<>(number, condition, guidance());
      }
      double scale = how.embedded().get().draw(random);
      return new Lesson.Asked<>(number, of.embedding().orElseThrow().with(condition, scale), scale);
    }
  }

  private GuidedTeacher<C> teacher() {
    return new GuidedTeacher<>(of, of.weights(), of.ending(), of.scheduler(), how.compute());
  }
}
