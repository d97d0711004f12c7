package io.diffusion4j.training;

import static java.util.Objects.requireNonNullElse;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.training.preset.Preset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Trains the parts of a preset and writes them to a model folder in the published layout, where
 * each part reads the earlier ones.
 *
 * @param model the pipeline folder that is read and written
 * @param work the folder of the trainings' states
 * @param first a pipeline folder to start from: its weights initialise new trainings, its shapes
 *     replace the preset's, and its parts are copied to the model folder if they are missing there;
 *     null for random weights
 * @param inpainting whether the decoder gets the known pixels of a picture as an additional input
 *     and learns to complete it (Nichol et al. 2022, §2.3)
 * @param group the processes that train together; each has the same description of the training.
 *     Processes may share their folders or not: the work folder of the first process has the
 *     states, and all model folders receive the parts.
 */
public record ModelTraining(
    Preset preset, Path model, Path work, @Nullable Path first, boolean inpainting, Group group) {
  /** Creates a training in one process. */
  public ModelTraining(
      Preset preset, Path model, Path work, @Nullable Path first, boolean inpainting) {
    this(preset, model, work, first, inpainting, Group.alone());
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
     * Called when a snapshot of the model after {@code step} steps was written.
     *
     * @param model a pipeline folder, if all other parts exist
     */
    default void onPreview(long step, Path model) {}
  }

  /**
   * Returns a part with the techniques of the shipped models; if there is a model to start from,
   * techniques that its settings determine, such as the prediction type, come from that model.
   *
   * @throws IllegalArgumentException if a model of its family has no such part
   */
  public PartSetup setup(Part part, DataSet data) {
    var setup = PartSetup.of(part, data);
    if (start().isEmpty()) {
      return setup;
    }
    requireTrained(part);
    for (var technique : start().orElseThrow().techniques(part).entrySet()) {
      setup = setup.with(technique.getKey(), technique.getValue());
    }
    return setup;
  }

  private void requireTrained(Part part) {
    Check.that(
        layout().trains(part),
        "part",
        part.word(),
        "%s, of a model such as %s",
        Arrays.stream(Part.values())
            .filter(layout()::trains)
            .map(Part::word)
            .collect(Collectors.joining(", ")),
        requireNonNullElse(first, model));
  }

  /** Returns the layout of the model. */
  ModelLayout layout() {
    return ModelLayout.of(model, first);
  }

  /** Returns the layout of the model to start from, if there is one. */
  Optional<ModelLayout> start() {
    return Optional.ofNullable(first).map(ModelLayout::of);
  }

  /** Returns the folder of the model to start from. */
  Path requireFirst() {
    return Objects.requireNonNull(first, "start-from");
  }

  /**
   * Returns whether the model to start from has a part, so that it can be trained; true if there is
   * no such model.
   */
  public boolean hasFirst(Part part) {
    return start()
        .map(layout -> layout.trains(part) && Files.isDirectory(layout.component(part.component())))
        .orElse(true);
  }

  /** Returns this training with an inpainting decoder. */
  public ModelTraining withInpainting() {
    return new ModelTraining(preset, model, work, first, true, group);
  }

  /** Returns this training for several processes, which train together. */
  public ModelTraining in(Group processes) {
    return new ModelTraining(preset, model, work, first, inpainting, processes);
  }

  /** Returns the preset's configuration of a part. */
  public TrainingConfig config(Part part) {
    return switch (part) {
      case CLIP -> preset.clip().training().config();
      case PRIOR, PRIOR_DIRECT -> preset.prior().training().config();
      case PRIOR_AR -> preset.priorAr().training().config();
      case DECODER -> preset.decoder().training().config();
      case UPSAMPLER -> preset.upsampler().training().config();
      case UPSAMPLER_LAST -> preset.upsampler().lastStep().config();
      case DDPM, DAE, CLASSIFIER -> preset.requireDdpm().training().config();
      case NOISED_CLIP -> preset.clip().training().config();
    };
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
    requireTrained(setup.part());
    var run = new PartRun(this, setup, config, checkpointEvery, inspection, observer);
    PartTraining training =
        switch (setup.part()) {
          case CLIP -> new ClipTraining(run);
          case PRIOR -> new PriorTraining(run);
          case PRIOR_AR -> new AutoregressiveTraining(run);
          case PRIOR_DIRECT -> new DirectTraining(run);
          case DECODER ->
              layout() instanceof KandinskyLayout kandinsky
                  ? new KandinskyDecoderTraining(run, kandinsky.pair())
                  : new DecoderTraining(run);
          case UPSAMPLER, UPSAMPLER_LAST -> new UpsamplerTraining(run);
          case DDPM, DAE -> new DdpmTraining(run);
          case CLASSIFIER -> new ClassifierTraining(run);
          case NOISED_CLIP -> new NoisedClipTraining(run);
        };
    Check.that(
        config.lowRank().isEmpty()
            || (first != null && setup.part() != Part.CLIP && setup.part() != Part.NOISED_CLIP),
        "lora-rank",
        config.lowRank().map(LowRank::rank).orElse(0),
        "a part other than clip, of a model to start from");
    if (first != null && setup.part().isOfUnclip()) {
      String main = setup.part().component();
      var start = ModelLayout.of(first);
      Check.that(
          Files.isDirectory(start.component(main)) || !setup.part().isOfEveryModel(),
          "start-from",
          first + ", without " + main,
          main);
      boolean stays = config.lowRank().isPresent();
      List<String> trained = stays ? List.of() : training.folders();
      group.inTurn(() -> Components.copyMissing(start, layout(), trained));
    }
    return training.train();
  }
}
