package io.diffusion4j.client;

import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import java.util.Optional;

/**
 * The main stage of a model, for protocols with one number of steps, one sampler and one guidance
 * scale: the first stage that draws pictures with a sampler, such as the decoder of unCLIP, or else
 * the first with a sampler.
 */
public final class MainStage {
  private MainStage() {}

  /**
   * Returns the main stage.
   *
   * @return empty if no stage of the model has a sampler
   */
  public static Optional<ModelStage> of(Model model) {
    return model.getStagesList().stream()
        .filter(stage -> stage.getSamplersCount() > 0 && stage.getImageWidth() > 0)
        .findFirst()
        .or(
            () ->
                model.getStagesList().stream()
                    .filter(stage -> stage.getSamplersCount() > 0)
                    .findFirst());
  }
}
