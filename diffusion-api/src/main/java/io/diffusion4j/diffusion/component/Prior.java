package io.diffusion4j.diffusion.component;

import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.List;

/** Draws the CLIP image embedding that a text could belong to: P(z_i | y) (DALL-E 2, §2.2). */
@FunctionalInterface
public interface Prior {
  /** The default name of its stage. */
  String STAGE = "prior";

  /**
   * Draws one image embedding for each prompt.
   *
   * @return un-normalised CLIP image embeddings, in order
   */
  List<float[]> sample(
      List<Draw<Prompt>> draws, SamplingSettings settings, SamplingListener listener);

  /**
   * Returns the stage as offered to callers. By default it takes no settings and reports no steps;
   * a part with settings or steps overrides this method or uses {@link #offeredAs}.
   */
  default Stage stage() {
    return Stage.fixed(STAGE, 0);
  }

  /** Returns the same prior with this stage. */
  default Prior offeredAs(Stage offered) {
    return new Offered(this, offered);
  }

  /** A part that is offered as another stage. */
  record Offered(Prior own, Stage stage) implements Prior {
    @Override
    public List<float[]> sample(
        List<Draw<Prompt>> draws, SamplingSettings settings, SamplingListener listener) {
      return own.sample(draws, settings, listener);
    }
  }
}
