package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.lora.Lora;
import io.diffusion4j.checkpoint.lora.MergedTensors;
import io.diffusion4j.data.Classes;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.TrainingOption;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.DivergedException;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.ObjectiveForms;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.Validation;
import io.diffusion4j.nn.train.diffusion.DenoisingMetric;
import io.diffusion4j.nn.train.diffusion.DenoisingObjective;
import io.diffusion4j.nn.train.diffusion.LossTerms;
import io.diffusion4j.nn.train.group.OwnFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The training of a component, which reads earlier components from the model folder: what a {@link
 * TrainableComponent#train} works with.
 *
 * @param whole the training of the model that the part belongs to
 * @param setup the part, its data and techniques
 * @param config the configuration of the training
 * @param checkpointEvery the number of steps between two states
 * @param inspection validation and previews
 * @param observer is notified of progress
 * @param changes the accepted changes of settings since the training began
 */
public record ComponentRun(
    ModelTraining whole,
    PartSetup setup,
    TrainingConfig config,
    long checkpointEvery,
    Inspection inspection,
    ModelTraining.Observer observer,
    List<String> changes) {
  /** Batches of a validation. */
  private static final int VALIDATED = 4;

  /** Returns the sizes and schedules. */
  public Preset preset() {
    return whole.preset();
  }

  /** Returns the layout of the model that is written. */
  public ModelLayout layout() {
    return whole.layout(setup.part());
  }

  /** Returns the layout of the model to start from, if there is one. */
  public Optional<ModelLayout> start() {
    return whole.start(setup.part());
  }

  /** Returns the value of a technique. */
  public <T> T technique(TrainingOption<T> technique) {
    return setup.techniques().get(technique);
  }

  /** Whether the value of a technique is another than the default. */
  public boolean isChanged(TrainingOption<?> technique) {
    return setup.techniques().isChanged(technique);
  }

  /**
   * Returns batches for training with other techniques while the learning rate is constant, and for
   * validation.
   *
   * @param data those of the setup, or validation pictures
   * @param batches of a run with one value of each technique
   */
  public BatchSource batches(DataSet data, BiFunction<ComponentRun, DataSet, BatchSource> batches) {
    var last = batches.apply(this, data);
    if (setup.constant().isEmpty() || data != setup.data()) {
      return last;
    }
    var before = setup.whileConstant();
    var run =
        new ComponentRun(whole, before, config, checkpointEvery, inspection, observer, changes);
    return batches
        .apply(run, before.data())
        .until(config.constantUntil() * config.accumulate(), last);
  }

  /**
   * Returns the timesteps of the requested density, if there is one, or of a flow.
   *
   * @param steps the number of timesteps
   * @param defaultSampler those of another process
   */
  public TimestepSampler timesteps(int steps, TimestepSampler defaultSampler) {
    var techniques = setup.techniques();
    boolean flow =
        techniques.words().containsKey(PartTechniques.PROCESS.name())
            && technique(PartTechniques.PROCESS);
    return flow || isChanged(PartTechniques.DENSITY)
        ? TimestepSampler.of(technique(PartTechniques.DENSITY), steps)
        : defaultSampler;
  }

  /** Returns the objective with the requested loss and the metrics of plugins. */
  private Objective measured(Objective objective) {
    if (objective instanceof ObjectiveForms forms) {
      return forms.map(this::measured);
    }
    if (!(objective instanceof DenoisingObjective denoising)) {
      return objective;
    }
    var metrics = setup.plugins().of(DenoisingMetric.class);
    return denoising.with(new LossTerms(technique(PartTechniques.LOSS), metrics));
  }

  /** Returns the metadata of the weights. */
  public Map<String, String> notes() {
    var notes = new HashMap<>(config.notes());
    notes.putAll(setup.data().notes());
    notes.put("diffusion4j.preset", preset().name());
    notes.put("diffusion4j.part", setup.part().word());
    notes.put("diffusion4j.techniques", setup.words());
    String used = setup.plugins().allUsedIn(setup, config);
    if (!used.isEmpty()) {
      notes.put("diffusion4j.plugins", used);
    }
    if (!changes.isEmpty()) {
      notes.put("diffusion4j.changed", String.join("; ", changes));
    }
    return Map.copyOf(notes);
  }

  /** Returns pictures with the same kind of classes as the training set. */
  public DataSet classified(DataSet data) {
    String name = Classes.BY.name();
    String by = setup.data().techniques(DataSet.Use.PICTURES).get(name);
    boolean lacks =
        data.classes().isEmpty() && data.techniques(DataSet.Use.PICTURES).containsKey(name);
    return by != null && lacks ? data.with(name, by) : data;
  }

  /** Returns the folder of a component of the model. */
  public Path folder(String component) {
    return layout().component(component);
  }

  /** Returns the folder of a component of the model, creating it if necessary. */
  public Path made(String component) {
    return Components.made(folder(component));
  }

  /**
   * Initialises a new run with the weights of the model to start from, if there is one.
   *
   * @param folders the folders of weights, by the prefix of their names
   */
  public void start(Trainer trainer, String file, Map<String, String> folders) {
    start()
        .ifPresent(
            first -> {
              var weights = new TensorMap();
              folders.forEach(
                  (prefix, name) -> weights.putAll(prefix, weights(first.component(name), file)));
              trainer.startFrom(weights);
            });
  }

  /** Reads all weights of a folder, whose files have this name. */
  public static TensorSource weights(Path folder, String file) {
    try (var checkpoint = Checkpoint.open(folder, file)) {
      checkpoint.requireIntact();
      return new TensorMap().putAll("", checkpoint);
    }
  }

  /**
   * Starts or resumes the training.
   *
   * @param batches the batches of a data set
   * @param prepare initialises a trainer before a state is restored
   * @param write writes weights to the model of a run
   * @return whether it is finished
   */
  public boolean fit(
      Objective objective,
      Function<DataSet, BatchSource> batches,
      Consumer<Trainer> prepare,
      BiConsumer<ComponentRun, TensorSource> write) {
    return fit(objective, batches, prepare, write, data -> Health.NONE);
  }

  /**
   * Starts or resumes the training, with more measurements.
   *
   * @param health the health of the held-out examples
   */
  public boolean fit(
      Objective objective,
      Function<DataSet, BatchSource> batches,
      Consumer<Trainer> prepare,
      BiConsumer<ComponentRun, TensorSource> write,
      Function<DataSet, Health> health) {
    Path state = state();
    var source = batches.apply(setup.data());
    var resumed = TrainingRun.resumed(config, state, whole.group());
    try (var trainer = prepared(measured(objective), resumed, prepare);
        var run =
            new TrainingRun(
                trainer,
                resumed,
                RunOrigin.of(this),
                whole.accepted(),
                source,
                state,
                checkpointEvery)) {
      var validation =
          inspection.validation().map(data -> new Validation(batches.apply(data), VALIDATED));
      var more = inspection.validation().map(health).orElse(Health.NONE);
      long from = trainer.step();
      observer.onStart(run, resumed, trainer.parameters(), from);
      var noted = changed(run.acceptedChanges());
      var inspecting = noted.new Inspecting(run, trainer, validation, more, write);
      inspecting.stopIfUseless(run);
      boolean finished = run.run(inspecting) || inspecting.isUseless(trainer.step());
      if (finished) {
        boolean writes = OwnFolder.writes(whole.group(), whole.model());
        whole
            .group()
            .inTurn(
                () -> {
                  if (writes) {
                    noted.write(trainer, write);
                    inspecting.useBest();
                  }
                });
        inspecting.end(from);
      }
      return finished;
    } catch (DivergedException e) {
      throw setup.plugins().explained(e, setup, config);
    }
  }

  /** Returns the run with the changes that the first process has accepted. */
  private ComponentRun changed(List<String> accepted) {
    String all = whole.group().exchange(String.join("; ", accepted)).get(0);
    return all.isEmpty()
        ? this
        : new ComponentRun(
            whole, setup, config, checkpointEvery, inspection, observer, List.of(all));
  }

  /** Writes the averaged weights, or the low-rank updates, to the model. */
  void write(Trainer trainer, BiConsumer<ComponentRun, TensorSource> write) {
    var weights = trainer.averagedWeights();
    config
        .lowRank()
        .ifPresentOrElse(updates -> write(updates, weights), () -> write.accept(this, weights));
    if (setup.part().scope() != TrainableComponent.Scope.SEPARATE) {
      layout().writeIndex();
    }
  }

  /** Returns the run for another model folder, which gets all that is not trained from this one. */
  ComponentRun elsewhere(Path model) {
    var other = whole.writing(model);
    Components.copyAll(layout(), other.layout(setup.part()), setup.replaced(config));
    return new ComponentRun(other, setup, config, checkpointEvery, inspection, observer, changes);
  }

  /** Returns the folder of the state. */
  private Path state() {
    return whole.work().resolve(setup.part().word());
  }

  /** Returns the folder of low-rank updates. */
  private Path updates() {
    return whole.model().resolve(setup.part().component() + "_lora");
  }

  /**
   * Returns the change of stored weights to those with the low-rank updates, if they are trained.
   */
  public UnaryOperator<TensorSource> updated() {
    return weights ->
        config.lowRank().isEmpty()
            ? weights
            : MergedTensors.of(
                weights, List.of(new MergedTensors.ScaledLora(Lora.open(updates()), 1)));
  }

  /** Writes updates beside their weights, which are not changed. */
  private void write(LowRank updates, TensorSource weights) {
    var part = setup.part();
    String prefix = part.lowRankPrefix().orElseThrow();
    LowRankFile.in(updates()).write(updates, weights, prefix, part.updatesPrefix(), notes());
  }

  private Trainer prepared(Objective objective, TrainingConfig resumed, Consumer<Trainer> prepare) {
    var trainer = new Trainer(objective, resumed, whole.group());
    try {
      prepare.accept(trainer);
      return trainer;
    } catch (RuntimeException | Error e) {
      trainer.close();
      throw e;
    }
  }

  /**
   * Passes the progress of a run on to its observer, and validates and draws previews when they are
   * due.
   */
  private final class Inspecting implements TrainingRun.Listener {
    private static final String PREVIEW = "preview";
    private static final String BEST = "best";

    private final TrainingRun run;
    private final Trainer trainer;
    private final Optional<Validation> validation;
    private final Health health;
    private final BiConsumer<ComponentRun, TensorSource> write;
    private long previewed = System.nanoTime();
    private long previewedStep;
    private BestStep best;

    Inspecting(
        TrainingRun run,
        Trainer trainer,
        Optional<Validation> validation,
        Health health,
        BiConsumer<ComponentRun, TensorSource> write) {
      Check.that(
          trainer.group().isAlone() || inspection.best().equals(Inspection.Best.UNUSED),
          "processes",
          "several",
          "one, beside --keep-best and --early-stop");
      this.run = run;
      this.trainer = trainer;
      this.validation = validation;
      this.health = health;
      this.write = write;
      best = kept();
    }

    /** Returns the best step before, whose weights must be there if they are to be written. */
    private BestStep kept() {
      var before = BestStep.read(state());
      if (!inspection.best().keeps()) {
        return before;
      }
      Check.that(
          before.decay().isEmpty() || before.decay().equals(decay()),
          "ema-decay",
          config.emaDecays(),
          "%s first, the average of the best weights, beside --keep-best",
          before.decay());
      return Files.isDirectory(state().resolve(BEST)) ? before : BestStep.NONE;
    }

    /** Returns the decay of the moving average that is written. */
    private String decay() {
      return config.emaDecays().get(0).toString();
    }

    @Override
    public void onStep(long step, Trainer.Report report) {
      observer.onStep(step, report);
      boolean isLast = step == config.steps() && !inspection.best().equals(Inspection.Best.UNUSED);
      if (validation.isPresent() && (isLast || step % inspection.validateEvery() == 0)) {
        var numbers = new TreeMap<>(validation.get().measure(trainer));
        if (trainer.group().isFirst()) {
          numbers.putAll(health.of(trainer.averagedWeights()));
          observer.onValidation(step, numbers);
          compare(step, numbers.getOrDefault(Validation.PREFIX + "loss", Double.NaN));
        }
      }
      var since = Duration.ofNanos(System.nanoTime() - previewed);
      if (inspection.previewEvery().isDue(step, since) && trainer.group().isFirst()) {
        preview(step, snapshot());
      }
    }

    /** Keeps the weights if their loss is the lowest, and stops a run that gets no better. */
    private void compare(long step, double loss) {
      if (inspection.best().equals(Inspection.Best.UNUSED)) {
        return;
      }
      if (loss < best.loss()) {
        if (inspection.best().keeps()) {
          at(step).elsewhere(state().resolve(BEST)).write(trainer, write);
        }
        best = new BestStep(step, loss, inspection.best().keeps() ? decay() : "");
        best.write(state());
      }
      stopIfUseless(run);
    }

    /** Returns the run as one that ends at a step, which the notes of its weights state. */
    private ComponentRun at(long step) {
      return new ComponentRun(
          whole, setup, config.withSteps(step), checkpointEvery, inspection, observer, changes);
    }

    /** Whether the last validations gave no lower loss. */
    boolean isUseless(long step) {
      long waited = inspection.best().patience() * inspection.validateEvery();
      return waited > 0 && best.step() > 0 && step - best.step() >= waited;
    }

    void stopIfUseless(TrainingRun started) {
      if (isUseless(trainer.step())) {
        started.stop();
      }
    }

    /** Replaces the weights of the model by the best ones, if these are kept. */
    void useBest() {
      if (best.step() == 0) {
        return;
      }
      if (inspection.best().keeps()) {
        var from = elsewhere(state().resolve(BEST));
        config
            .lowRank()
            .ifPresentOrElse(
                updates -> Components.replace(from.updates(), updates()),
                () ->
                    setup
                        .part()
                        .folders(ComponentRun.this)
                        .forEach(f -> Components.replace(from.folder(f), folder(f))));
      }
      observer.onBest(best.step(), best.loss());
    }

    /** Draws the finished component, unless that was done or no step was made. */
    void end(long from) {
      long step = trainer.step();
      boolean draws = !inspection.previewEvery().equals(Inspection.Interval.NEVER);
      if (draws && step > from && step > previewedStep && trainer.group().isFirst()) {
        preview(step, ComponentRun.this);
      }
    }

    private void preview(long step, ComponentRun written) {
      var examples = inspection.validation().orElse(setup.data());
      observer.onPreview(
          step,
          setup.part().previews(written, examples),
          written.layout().pipeline(),
          config.lowRank().isPresent() ? List.of(written.updates()) : List.of());
      previewed = System.nanoTime();
      previewedStep = step;
    }

    /** Writes the current model to a folder beside the state, with links to its other parts. */
    private ComponentRun snapshot() {
      var elsewhere = elsewhere(state().resolve(PREVIEW));
      elsewhere.write(trainer, write);
      return elsewhere;
    }

    @Override
    public void onCheckpoint(long step, Path file) {
      observer.onCheckpoint(step, file);
    }
  }
}
