package io.diffusion4j.training;

import static io.diffusion4j.training.PartTechniques.BLUR;
import static io.diffusion4j.training.PartTechniques.DROP;
import static io.diffusion4j.training.PartTechniques.LOW_NOISE;
import static io.diffusion4j.training.PartTechniques.PREDICTION;
import static io.diffusion4j.training.PartTechniques.SHIFT;
import static io.diffusion4j.training.PartTechniques.STANDARDIZED;
import static io.diffusion4j.training.PartTechniques.TEXT_DROP;
import static io.diffusion4j.training.PartTechniques.WEIGHTING;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.DataSet.Use;
import io.diffusion4j.data.Techniques;
import java.util.Locale;

/** The parts of a model, in the order in which they must be trained. */
public enum Part {
  CLIP(Use.CONTRASTS),
  PRIOR(Use.CAPTIONED),
  /** The autoregressive prior, which a pipeline may have beside the other. */
  PRIOR_AR(Use.CAPTIONED),
  DECODER(Use.CAPTIONED),
  /** The upsampler's network for all steps but the last. */
  UPSAMPLER(Use.PICTURES),
  /** The upsampler's network for the last step, trained on from the first. */
  UPSAMPLER_LAST(Use.PICTURES);

  private final Use use;

  Part(Use use) {
    this.use = use;
  }

  /** What the part takes from a {@link DataSet}. */
  public Use use() {
    return use;
  }

  /** The techniques of the models that ship; all choices of CLIP are the data set's. */
  public Techniques techniques() {
    return switch (this) {
      case CLIP -> Techniques.of();
      case PRIOR -> Techniques.of(PREDICTION, STANDARDIZED, DROP);
      case PRIOR_AR -> Techniques.of(DROP);
      case DECODER ->
          Techniques.of(PREDICTION, WEIGHTING, SHIFT, LOW_NOISE, DROP, TEXT_DROP)
              .with(WEIGHTING.name(), "min-snr-plus-one-or-eps");
      case UPSAMPLER, UPSAMPLER_LAST -> Techniques.of(PREDICTION, WEIGHTING, BLUR);
    };
  }

  /** The name on the command line: {@code upsampler-last}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
