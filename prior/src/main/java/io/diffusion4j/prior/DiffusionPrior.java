package io.diffusion4j.prior;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.part.Prompt;
import io.diffusion4j.diffusion.part.TextEncoding;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.List;

/** The diffusion prior (DALL-E 2, §2.2): samples standardised image embeddings, with guidance. */
public final class DiffusionPrior implements Prior {
  /** The stage's name. */
  public static final String STAGE = "prior";

  private final DiffusionStage<Guidance<TextEncoding>> stage;
  private final Standardization standardization;

  /**
   * Composes the stage.
   *
   * @param network predicts standardised embeddings
   * @param standardization of the embeddings
   * @param clip bounds the estimates of the standardised embedding
   */
  public DiffusionPrior(
      Denoiser<TextEncoding> network,
      NoiseSchedule schedule,
      TimestepSpacing spacing,
      X0Treatment clip,
      Standardization standardization) {
    this.stage =
        new DiffusionStage<>(
            STAGE, new GuidedDenoiser<>(network), schedule, spacing, clip, standardization.size());
    this.standardization = standardization;
  }

  @Override
  public List<float[]> sample(
      List<Draw<Prompt>> draws, SamplingSettings settings, SamplingListener listener) {
    List<Draw<Guidance<TextEncoding>>> guided = new ArrayList<>(draws.size());
    for (var draw : draws) {
      Prompt prompt = draw.condition();
      guided.add(
          draw.withCondition(
              new Guidance<>(prompt.text(), prompt.negative(), settings.guidanceScale())));
    }
    return stage.sample(guided, settings, listener).stream().map(standardization::restore).toList();
  }
}
