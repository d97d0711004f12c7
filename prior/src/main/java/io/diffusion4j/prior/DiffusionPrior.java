package io.diffusion4j.prior;

import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.ArrayList;
import java.util.List;

/** The diffusion prior (DALL-E 2, §2.2): samples standardised image embeddings, with guidance. */
public final class DiffusionPrior implements Prior {
  private final Stage offered;
  private final DiffusionStage<Guidance<TextEncoding>> stage;
  private final Standardization standardization;

  /**
   * Composes the stage.
   *
   * @param network predicts standardised embeddings
   * @param offered the public stage; its treatment bounds the estimates of standardised embeddings
   * @param standardization the standardization of the embeddings
   */
  public DiffusionPrior(
      Denoiser<TextEncoding> network, Stage offered, Standardization standardization) {
    this.offered = offered;
    this.stage = DiffusionStage.of(offered, new GuidedDenoiser<>(network), standardization.size());
    this.standardization = standardization;
  }

  @Override
  public Stage stage() {
    return offered;
  }

  @Override
  public List<float[]> sample(
      List<Draw<Prompt>> draws, SamplingSettings settings, SamplingListener listener) {
    List<Draw<Guidance<TextEncoding>>> guided = new ArrayList<>(draws.size());
    for (var draw : draws) {
      Prompt prompt = draw.condition();
      guided.add(
          draw.withCondition(
              new Guidance<>(
                  prompt.text(),
                  prompt.negative(),
                  settings.guidanceScale(),
                  settings.guider().begin())));
    }
    return stage.sample(guided, settings, listener).stream().map(standardization::restore).toList();
  }
}
