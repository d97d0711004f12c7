package io.diffusion4j.training;

import static io.diffusion4j.training.PartTechniques.BLUR;
import static io.diffusion4j.training.PartTechniques.CONTRAST;
import static io.diffusion4j.training.PartTechniques.DROP;
import static io.diffusion4j.training.PartTechniques.LOW_NOISE;
import static io.diffusion4j.training.PartTechniques.NOISE;
import static io.diffusion4j.training.PartTechniques.PREDICTION;
import static io.diffusion4j.training.PartTechniques.SHIFT;
import static io.diffusion4j.training.PartTechniques.STANDARDIZED;
import static io.diffusion4j.training.PartTechniques.TEXT_DROP;
import static io.diffusion4j.training.PartTechniques.WEIGHTING;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.DataSet.Use;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.ddpm.DdpmFamily;
import io.diffusion4j.ddpm.DdpmFolder;
import io.diffusion4j.unclip.UnclipFolder;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The parts of a model, in the order in which they must be trained. */
public enum Part {
  CLIP(Use.CONTRASTS),
  PRIOR(Use.CAPTIONED),
  /** The autoregressive prior, an optional second prior of a pipeline. */
  PRIOR_AR(Use.CAPTIONED),
  /** The one-pass prior (ECLIPSE), an optional prior of a pipeline. */
  PRIOR_DIRECT(Use.CAPTIONED),
  DECODER(Use.CAPTIONED),
  /** The upsampler's network for all steps but the last. */
  UPSAMPLER(Use.PICTURES),
  /** The upsampler's network for the last step, trained on from the first. */
  UPSAMPLER_LAST(Use.PICTURES),
  /** A separate model that draws without words (Ho et al. 2020). */
  DDPM(Use.PICTURES),
  /** A separate model with one noise level: a denoising autoencoder (Vincent 2011). */
  DAE(Use.PICTURES),
  /** The classifier that guides a DDPM by its gradient (Dhariwal &amp; Nichol 2021). */
  CLASSIFIER(Use.PICTURES),
  /** The noised CLIP that guides the decoder by its gradient (Nichol et al. 2022). */
  NOISED_CLIP(Use.CAPTIONED);

  private final Use use;

  Part(Use use) {
    this.use = use;
  }

  /** Whether it is a part of unCLIP; otherwise it is a separate model. */
  public boolean isOfUnclip() {
    return this != DDPM && this != DAE && this != CLASSIFIER && this != NOISED_CLIP;
  }

  /** Whether it is trained on CLIP's image embeddings, which may be stored ones. */
  public boolean learnsFromEmbeddings() {
    return this == PRIOR || this == PRIOR_AR || this == PRIOR_DIRECT || this == DECODER;
  }

  /**
   * Whether it is trained with all parts of a model. A one-pass prior is trained only by its own
   * name, also for a finished model without one.
   */
  public boolean isOfEveryModel() {
    return isOfUnclip() && this != PRIOR_DIRECT;
  }

  /** Returns the use of a {@link DataSet} by this part. */
  public Use use() {
    return use;
  }

  /** Returns the techniques of the shipped models; those of CLIP belong to the data set. */
  public Techniques techniques() {
    return switch (this) {
      case CLIP, CLASSIFIER, NOISED_CLIP -> Techniques.of();
      case PRIOR -> Techniques.of(PREDICTION, STANDARDIZED, DROP);
      case PRIOR_AR -> Techniques.of(DROP);
      case PRIOR_DIRECT -> Techniques.of(CONTRAST);
      case DECODER ->
          Techniques.of(PREDICTION, WEIGHTING, SHIFT, LOW_NOISE, DROP, TEXT_DROP)
              .with(WEIGHTING.name(), "min-snr-plus-one-or-eps");
      case UPSAMPLER, UPSAMPLER_LAST -> Techniques.of(PREDICTION, WEIGHTING, BLUR);
      case DDPM ->
          Techniques.of(PREDICTION, WEIGHTING, DROP)
              .with(PREDICTION.name(), "eps")
              .with(WEIGHTING.name(), "simple");
      case DAE ->
          Techniques.of(PREDICTION, WEIGHTING, NOISE, DROP).with(WEIGHTING.name(), "simple");
    };
  }

  /** Returns the component of a pipeline folder with its weights, or the first such component. */
  public String component() {
    return switch (this) {
      case CLIP -> UnclipFolder.TEXT_ENCODER;
      case PRIOR -> UnclipFolder.PRIOR;
      case PRIOR_AR -> UnclipFolder.PRIOR_AR;
      case PRIOR_DIRECT -> UnclipFolder.PRIOR_ECLIPSE;
      case DECODER -> UnclipFolder.DECODER;
      case UPSAMPLER -> UnclipFolder.SUPER_RES_FIRST;
      case UPSAMPLER_LAST -> UnclipFolder.SUPER_RES_LAST;
      case DDPM, DAE -> DdpmFolder.UNET;
      case CLASSIFIER -> DdpmFamily.CLASSIFIER;
      case NOISED_CLIP -> UnclipFolder.NOISED_CLIP;
    };
  }

  /** Returns the component with its scheduler, if it denoises. */
  Optional<String> scheduler() {
    return switch (this) {
      case CLIP, PRIOR_AR, PRIOR_DIRECT, DDPM, DAE, CLASSIFIER, NOISED_CLIP -> Optional.empty();
      case PRIOR -> Optional.of(UnclipFolder.PRIOR_SCHEDULER);
      case DECODER -> Optional.of(UnclipFolder.DECODER_SCHEDULER);
      case UPSAMPLER, UPSAMPLER_LAST -> Optional.of(UnclipFolder.SUPER_RES_SCHEDULER);
    };
  }

  /** Returns the name on the command line: {@code upsampler-last}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the sections of a preset that determine the shape of this part. */
  List<String> sections() {
    return switch (this) {
      case CLIP, NOISED_CLIP -> List.of("clip.");
      case PRIOR, PRIOR_DIRECT -> List.of("prior.");
      case PRIOR_AR -> List.of("prior.", "prior-ar.");
      case DECODER -> List.of("decoder.");
      case UPSAMPLER, UPSAMPLER_LAST -> List.of("upsampler.");
      case DDPM, DAE, CLASSIFIER -> List.of("ddpm.");
    };
  }
}
