package io.diffusion4j.prior;

import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * A prior without diffusion (ECLIPSE, Patel et al. 2024): one pass leads from noise and a text to
 * an image embedding. It has no sampler, no steps and no guidance, and so no negative text.
 */
public final class OnePassPrior implements Prior {
  /** Returns the public stage: one step, without choices. */
  public static final Stage OFFERED = Stage.fixed(STAGE, 1);

  private final PriorModel model;

  /**
   * Wraps a network, which the caller still has to close.
   *
   * @throws IllegalArgumentException if it is a diffusion prior
   */
  public OnePassPrior(PriorModel model) {
    model.config().requireCourse(PriorConfig.Course.ONE_PASS);
    this.model = model;
  }

  @Override
  public Stage stage() {
    return OFFERED;
  }

  @Override
  public List<float[]> sample(
      List<Draw<Prompt>> draws, SamplingSettings settings, SamplingListener listener) {
    if (draws.isEmpty()) {
      return List.of();
    }
    listener.onProgress(new SamplingListener.Progress(STAGE, 0, 1, List.of()));
    int size = model.config().embeddingDim();
    List<float[]> noise = new ArrayList<>();
    List<TextEncoding> texts = new ArrayList<>();
    for (var draw : draws) {
      noise.add(draw.noise().gaussian(STAGE, NoiseSource.INITIAL, size));
      texts.add(draw.condition().text());
    }
    List<float[]> embeddings = model.pass(noise, texts);
    listener.onProgress(new SamplingListener.Progress(STAGE, 1, 1, embeddings));
    return embeddings;
  }
}
