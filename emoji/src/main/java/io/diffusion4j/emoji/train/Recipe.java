package io.diffusion4j.emoji.train;

import io.diffusion4j.tf.train.TrainingConfig;
import io.diffusion4j.tf.train.TrainingRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Trains the parts of a preset on emoji art, each from what the earlier ones left in the model
 * folder, and writes them there in the published layout.
 */
public final class Recipe {
  private final Workshop workshop;

  /**
   * A recipe.
   *
   * @param model the pipeline folder that is read and written
   * @param work where the states of unfinished trainings are kept
   */
  public Recipe(Preset preset, Path model, Path work) {
    this(new Workshop(preset, model, work, null));
  }

  private Recipe(Workshop workshop) {
    this.workshop = workshop;
  }

  /**
   * The same recipe, whose trainings begin with the weights of a finished model in place of random
   * ones. One that has a state already goes on from that.
   *
   * @param finished a pipeline folder of the same preset
   */
  public Recipe startingFrom(Path finished) {
    return new Recipe(new Workshop(workshop.preset(), workshop.model(), workshop.work(), finished));
  }

  /** What a run tells its caller before it starts. */
  public interface Observer extends TrainingRun.Listener {
    /**
     * The training begins or goes on.
     *
     * @param run can be asked to stop
     * @param fromStep how many steps were done before
     */
    void onStart(TrainingRun run, TrainingConfig config, long parameters, long fromStep);
  }

  /** The configuration that the preset has for a part. */
  public TrainingConfig config(Part part) {
    Preset preset = workshop.preset();
    return switch (part) {
      case CLIP -> preset.clipTraining();
      case PRIOR -> preset.priorTraining();
      case PRIOR_AR -> AutoregressivePreset.of(preset).training();
      case DECODER -> preset.decoderTraining();
      case UPSAMPLER -> preset.upsamplerTraining();
      case UPSAMPLER_LAST -> preset.lastStepTraining();
    };
  }

  /** Trains a part as the models that ship were. */
  public boolean train(Part part, TrainingConfig config, long checkpointEvery, Observer observer) {
    return train(part, config, Techniques.of(part), checkpointEvery, observer);
  }

  /**
   * Trains a part to its end, or until it is asked to stop; the model folder is written at the end
   * only.
   *
   * @param techniques those of the part
   * @return whether the part is finished
   */
  public boolean train(
      Part part,
      TrainingConfig config,
      Techniques techniques,
      long checkpointEvery,
      Observer observer) {
    PartTraining training = training(part);
    training.folders().forEach(this::makeFolder);
    return training.train(new Job(part, config, techniques, checkpointEvery, observer));
  }

  private PartTraining training(Part part) {
    return switch (part) {
      case CLIP -> new ClipTraining(workshop);
      case PRIOR -> new PriorTraining(workshop);
      case PRIOR_AR -> new AutoregressiveTraining(workshop);
      case DECODER -> new DecoderTraining(workshop);
      case UPSAMPLER -> new UpsamplerTraining(workshop, /* last= */ false);
      case UPSAMPLER_LAST -> new UpsamplerTraining(workshop, /* last= */ true);
    };
  }

  private void makeFolder(String component) {
    Path folder = workshop.folder(component);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + folder + ": " + e, e);
    }
  }
}
