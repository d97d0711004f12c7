package io.diffusion4j.training;

import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.training.preset.Preset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Trains the parts of a preset, each from what the earlier ones left in the model folder, and
 * writes them there in the published layout.
 *
 * @param model the pipeline folder that is read and written
 * @param work where the states of unfinished trainings are kept
 * @param first a pipeline folder with whose weights trainings begin that have no state yet, whose
 *     shapes are trained in place of the preset's, and from which the model folder gets the parts
 *     that it lacks; null for random weights
 * @param inpainting whether the decoder learns to see the known pixels of a picture beside x_t, and
 *     to complete it (Nichol et al. 2022, §2.3)
 */
public record Recipe(
    Preset preset, Path model, Path work, @Nullable Path first, boolean inpainting) {
  /** Trainings of networks that complete no pictures. */
  public Recipe(Preset preset, Path model, Path work, @Nullable Path first) {
    this(preset, model, work, first, false);
  }

  /** Trainings that begin with random weights. */
  public Recipe(Preset preset, Path model, Path work) {
    this(preset, model, work, null);
  }

  /** Is notified of the progress of a training; a function of a step and what it did, at least. */
  @FunctionalInterface
  public interface Observer extends TrainingRun.Listener {
    /**
     * The training begins or goes on.
     *
     * @param run can be asked to stop
     * @param fromStep how many steps were done before
     */
    default void onStart(TrainingRun run, TrainingConfig config, long parameters, long fromStep) {}

    /**
     * The part was measured on examples that it is not trained on.
     *
     * @param numbers by name, as {@link io.diffusion4j.nn.train.Validation} measures them
     */
    default void onValidation(long step, Map<String, Double> numbers) {}

    /**
     * The model was written with the weights as they are after {@code step} steps.
     *
     * @param model a pipeline folder, if all other parts are there
     */
    default void onPreview(long step, Path model) {}
  }

  /**
   * A part with its techniques as the models that ship were trained, but for what a model to start
   * from has decided already: what its networks predict.
   */
  public PartSetup setup(Part part, DataSet data) {
    var setup = PartSetup.of(part, data);
    return part.scheduler()
        .flatMap(component -> scheduler(first, component))
        .map(
            scheduler ->
                setup.with(
                    PartTechniques.PREDICTION.name(),
                    scheduler.parameterization().name().toLowerCase(Locale.ROOT)))
        .orElse(setup);
  }

  /** The settings of a scheduler of a model folder, if there are a folder and settings. */
  static Optional<UnclipSchedulerConfig> scheduler(@Nullable Path model, String component) {
    return Optional.ofNullable(model)
        .map(folder -> folder.resolve(component).resolve(UnclipSchedulerConfig.FILE_NAME))
        .filter(Files::exists)
        .map(UnclipSchedulerConfig::read);
  }

  /** The same, whose decoder learns to complete pictures. */
  public Recipe withInpainting() {
    return new Recipe(preset, model, work, first, true);
  }

  /** The configuration that the preset has for a part. */
  public TrainingConfig config(Part part) {
    return switch (part) {
      case CLIP -> preset.clip().training().config();
      case PRIOR -> preset.prior().training().config();
      case PRIOR_AR -> preset.priorAr().training().config();
      case DECODER -> preset.decoder().training().config();
      case UPSAMPLER -> preset.upsampler().training().config();
      case UPSAMPLER_LAST -> preset.upsampler().lastStep().config();
      case DDPM, DAE, CLASSIFIER -> preset.requireDdpm().training().config();
      case NOISED_CLIP -> preset.clip().training().config();
    };
  }

  /** Trains a part without a look at it before its end. */
  public boolean train(
      PartSetup setup, TrainingConfig config, long checkpointEvery, Observer observer) {
    return train(setup, config, checkpointEvery, Inspection.NONE, observer);
  }

  /**
   * Trains a part to its end, or until it is asked to stop; the model folder is written at the end
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
    var job = new Job(this, setup, config, checkpointEvery, inspection, observer);
    PartTraining training =
        switch (setup.part()) {
          case CLIP -> new ClipTraining(job);
          case PRIOR -> new PriorTraining(job);
          case PRIOR_AR -> new AutoregressiveTraining(job);
          case DECODER -> new DecoderTraining(job);
          case UPSAMPLER, UPSAMPLER_LAST -> new UpsamplerTraining(job);
          case DDPM, DAE -> new DdpmTraining(job);
          case CLASSIFIER -> new ClassifierTraining(job);
          case NOISED_CLIP -> new NoisedClipTraining(job);
        };
    Check.that(
        config.lowRank().isEmpty()
            || (first != null && setup.part() != Part.CLIP && setup.part() != Part.NOISED_CLIP),
        "lora-rank",
        config.lowRank().map(LowRank::rank).orElse(0),
        "a part other than clip, of a model to start from");
    if (first != null && setup.part().isOfUnclip()) {
      String main = setup.part().component();
      Check.that(
          Files.isDirectory(first.resolve(main)), "start-from", first + ", without " + main, main);
      boolean stays = config.lowRank().isPresent();
      Components.copyMissing(first, model, stays ? List.of() : training.folders());
    }
    return training.train();
  }
}
