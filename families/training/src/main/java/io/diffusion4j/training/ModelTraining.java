package io.diffusion4j.training;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.training.TrainableComponent.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Trains the parts of a preset and writes them to a model folder in the published layout, where
 * each part reads the earlier ones.
 *
 * @param model the pipeline folder that is read and written
 * @param work the folder of the training runs' states
 * @param first a pipeline folder to start from: its weights initialise new training runs, its
 *     shapes replace the preset's, and its parts are copied to the model folder if they are missing
 *     there; null for random weights
 * @param inpainting whether the decoder gets the known pixels of a picture as an additional input
 *     and learns to complete it (Nichol et al. 2022, §2.3)
 * @param group the processes that train together; each has the same description of the training.
 *     Processes may share their folders or not: the work folder of the first process has the
 *     states, and all model folders receive the parts.
 * @param accepted the names of settings, such as {@code data}, that may have changed since the
 *     state of a resumed training was saved; the weights note each change
 */
public record ModelTraining(
    Preset preset,
    Path model,
    Path work,
    @Nullable Path first,
    boolean inpainting,
    Group group,
    Set<String> accepted) {
  public ModelTraining {
    accepted = Set.copyOf(accepted);
  }

  /** Creates a training in one process. */
  public ModelTraining(
      Preset preset, Path model, Path work, @Nullable Path first, boolean inpainting) {
    this(preset, model, work, first, inpainting, Group.alone(), Set.of());
  }

  /** Creates a training without inpainting. */
  public ModelTraining(Preset preset, Path model, Path work, @Nullable Path first) {
    this(preset, model, work, first, false);
  }

  /** Creates a training that starts with random weights. */
  public ModelTraining(Preset preset, Path model, Path work) {
    this(preset, model, work, null);
  }

  /** Observes the progress of a training; as a lambda, a function of a step and its report. */
  @FunctionalInterface
  public interface Observer extends TrainingRun.Listener {
    /**
     * Called when the training starts or resumes.
     *
     * @param run can be stopped
     * @param fromStep the number of steps done before
     */
    default void onStart(TrainingRun run, TrainingConfig config, long parameters, long fromStep) {}

    /**
     * Called after each validation on held-out examples.
     *
     * @param numbers the numbers by name, see {@link io.diffusion4j.nn.train.Validation}
     */
    default void onValidation(long step, Map<String, Double> numbers) {}

    /**
     * Called at the end of a training that used its validation loss.
     *
     * @param step the step with the lowest loss, whose weights the model has if they are kept
     */
    default void onBest(long step, double loss) {}

    /**
     * Called when previews were drawn after {@code step} steps.
     *
     * @param previews the part's own; none if it cannot draw by itself
     * @param model a snapshot of the model; a pipeline folder, if all other parts exist
     * @param updates the folder of the low-rank updates to draw it with, if they are trained
     */
    default void onPreview(long step, List<Preview> previews, Path model, List<Path> updates) {}
  }

  /**
   * Returns a part with the techniques of the shipped models; if there is a model to start from,
   * techniques that its settings determine, such as the prediction type, come from that model.
   *
   * @throws IllegalArgumentException if a model of its family has no such part
   */
  public PartSetup setup(TrainableComponent part, DataSet data) {
    TrainableComponent own = component(part.word());
    var setup = PartSetup.of(own, data).withConstant(own.whileConstant(preset));
    Optional<ModelLayout> start = start(own);
    if (start.isEmpty()) {
      return setup;
    }
    for (var technique : start.get().techniques(own).entrySet()) {
      setup = setup.with(technique.getKey(), technique.getValue());
    }
    return setup;
  }

  private TrainableFamily family(TrainableComponent part) {
    return TrainableFamily.of(part.word(), first);
  }

  /** Returns a component of this name, as the family of the model to start from trains it. */
  public TrainableComponent component(String word) {
    return TrainableFamily.of(word, first).component(word).orElseThrow();
  }

  /** Returns the layout of the model that a component is written to. */
  public ModelLayout layout(TrainableComponent part) {
    return family(part).layout(model);
  }

  /** Returns the layout of the model to start from, if there is one. */
  public Optional<ModelLayout> start(TrainableComponent part) {
    return Optional.ofNullable(first).map(family(part)::finished);
  }

  /** Returns the folder of the model to start from. */
  public Path requireFirst() {
    return Objects.requireNonNull(first, "start-from");
  }

  /**
   * Returns whether the model to start from has a part, so that it can be trained; true if there is
   * no such model.
   */
  public boolean hasFirst(TrainableComponent part) {
    Path start = first;
    if (start == null) {
      return true;
    }
    return TrainableFamily.find(part.word(), start)
        .filter(family -> Files.isDirectory(family.finished(start).component(part.component())))
        .isPresent();
  }

  /** Returns this training with an inpainting decoder. */
  public ModelTraining withInpainting() {
    return new ModelTraining(preset, model, work, first, true, group, accepted);
  }

  /** Returns this training for several processes, which train together. */
  public ModelTraining in(Group processes) {
    return new ModelTraining(preset, model, work, first, inpainting, processes, accepted);
  }

  /** Returns this training, which resumes although these settings have changed. */
  public ModelTraining accepting(Set<String> changed) {
    return new ModelTraining(preset, model, work, first, inpainting, group, changed);
  }

  /** Returns this training for another model folder. */
  ModelTraining writing(Path other) {
    return new ModelTraining(preset, other, work, first, inpainting, group, accepted);
  }

  /** Returns the preset's configuration of a part. */
  public TrainingConfig config(TrainableComponent part) {
    return component(part.word()).schedule(preset).config();
  }

  /** Trains a part without validation and previews. */
  public boolean train(
      PartSetup setup, TrainingConfig config, long checkpointEvery, Observer observer) {
    return train(setup, config, checkpointEvery, Inspection.NONE, observer);
  }

  /**
   * Trains a part until its end or until it is stopped; the model folder is written at the end
   * only.
   *
   * @param setup the part, its data and techniques
   * @return whether the part is finished
   */
  public boolean train(
      PartSetup setup,
      TrainingConfig config,
      long checkpointEvery,
      Inspection inspection,
      Observer observer) {
    TrainableComponent part = setup.part();
    config
        .lowRank()
        .map(LowRank::rank)
        .ifPresent(
            rank -> {
              Check.that(
                  part.lowRankPrefix().isPresent(),
                  "lora-rank",
                  rank,
                  "none; nothing draws with low-rank updates of %s",
                  part.word());
              Check.that(first != null, "lora-rank", rank, "a model to start from beside it");
            });
    var start = start(part);
    if (start.isPresent() && part.scope() != Scope.SEPARATE) {
      String main = part.component();
      Check.that(
          Files.isDirectory(start.get().component(main)) || part.scope() == Scope.BY_NAME,
          "start-from",
          first + ", without " + main,
          main);
      group.inTurn(() -> Components.copyMissing(start.get(), layout(part), setup.replaced(config)));
    }
    return part.train(
        new ComponentRun(this, setup, config, checkpointEvery, inspection, observer, List.of()));
  }
}
