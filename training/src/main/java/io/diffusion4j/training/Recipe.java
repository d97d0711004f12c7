package io.diffusion4j.training;

import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.training.preset.Preset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Trains the parts of a preset, each from what the earlier ones left in the model folder, and
 * writes them there in the published layout.
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

  /** Is notified of the progress of a training. */
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
      case CLIP -> preset.clip().training().config();
      case PRIOR -> preset.prior().training().config();
      case PRIOR_AR -> preset.priorAr().training().config();
      case DECODER -> preset.decoder().training().config();
      case UPSAMPLER -> preset.upsampler().training().config();
      case UPSAMPLER_LAST -> preset.upsampler().lastStep().config();
    };
  }

  /**
   * Trains a part to its end, or until it is asked to stop; the model folder is written at the end
   * only.
   *
   * @param setup the part, its data and techniques
   * @return whether the part is finished
   */
  public boolean train(
      PartSetup setup, TrainingConfig config, long checkpointEvery, Observer observer) {
    PartTraining training = training(setup);
    training.folders().forEach(this::makeFolder);
    return training.train(new Job(setup, config, checkpointEvery, observer));
  }

  private PartTraining training(PartSetup setup) {
    // Sealed, and the right one for the part: see PartSetup.
    if (setup.techniques() instanceof PriorTechniques its) {
      return new PriorTraining(workshop, its);
    }
    if (setup.techniques() instanceof AutoregressiveTechniques its) {
      return new AutoregressiveTraining(workshop, its);
    }
    if (setup.techniques() instanceof DecoderTechniques its) {
      return new DecoderTraining(workshop, its);
    }
    if (setup.techniques() instanceof UpsamplerTechniques its) {
      return new UpsamplerTraining(workshop, its, setup.part() == Part.UPSAMPLER_LAST);
    }
    return new ClipTraining(workshop);
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
