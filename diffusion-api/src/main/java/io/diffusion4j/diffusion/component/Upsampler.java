package io.diffusion4j.diffusion.component;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.List;

/** Upsamples an image: draws a larger one that is consistent with it (DALL-E 2, §2.1). */
@FunctionalInterface
public interface Upsampler {
  /** The default name of its stage. */
  String STAGE = "super_res";

  /** Draws one larger image for each image, in order. */
  List<Image> upsample(
      List<Draw<Image>> draws, SamplingSettings settings, SamplingListener listener);

  /**
   * Returns the stage as offered to callers. By default it takes no settings and reports no steps;
   * a part with settings or steps overrides this method or uses {@link #offeredAs}.
   */
  default Stage stage() {
    return Stage.fixed(STAGE, 0);
  }

  /** Returns the same upsampler, offered as this stage. */
  default Upsampler offeredAs(Stage offered) {
    return new Offered(this, offered);
  }

  /** A part that is offered as another stage. */
  record Offered(Upsampler own, Stage stage) implements Upsampler {
    @Override
    public List<Image> upsample(
        List<Draw<Image>> draws, SamplingSettings settings, SamplingListener listener) {
      return own.upsample(draws, settings, listener);
    }
  }
}
