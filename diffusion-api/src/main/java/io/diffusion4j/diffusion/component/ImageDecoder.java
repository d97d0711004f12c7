package io.diffusion4j.diffusion.component;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.List;

/**
 * Draws images with given embeddings, the inverse of the image encoder: P(x | z_i, y) (DALL-E 2,
 * §2.1).
 */
@FunctionalInterface
public interface ImageDecoder {
  /** The default name of its stage. */
  String STAGE = "decoder";

  /** Draws one image for each embedding, in order. */
  List<Image> decode(
      List<Draw<Condition>> draws, SamplingSettings settings, SamplingListener listener);

  /**
   * Returns the stage as offered to callers. By default it takes no settings and reports no steps;
   * a part with settings or steps overrides this method or uses {@link #offeredAs}.
   */
  default Stage stage() {
    return Stage.fixed(STAGE, 0);
  }

  /** Returns the same decoder, offered as this stage. */
  default ImageDecoder offeredAs(Stage offered) {
    return new Offered(this, offered);
  }

  /**
   * The condition of an image.
   *
   * @param imageEmbedding an un-normalised CLIP image embedding
   * @param prompt the words; the empty prompt if there are none
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Condition(float[] imageEmbedding, Prompt prompt) {}

  /** A part that is offered as another stage. */
  record Offered(ImageDecoder own, Stage stage) implements ImageDecoder {
    @Override
    public List<Image> decode(
        List<Draw<Condition>> draws, SamplingSettings settings, SamplingListener listener) {
      return own.decode(draws, settings, listener);
    }
  }
}
