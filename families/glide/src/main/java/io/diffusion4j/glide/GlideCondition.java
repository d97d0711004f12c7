package io.diffusion4j.glide;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import java.util.Optional;

/**
 * The condition of one of GLIDE's U-Nets.
 *
 * @param text the output of the same network's transformer
 * @param low the small image, enlarged bilinearly to the size of the large one, for an upsampler
 * @param known the known part of the picture, for a network for inpainting; if absent there,
 *     nothing is known
 */
public record GlideCondition(TextEncoding text, Optional<Image> low, Optional<Known> known) {
  /** Conditions on a text alone. */
  public static GlideCondition of(TextEncoding text) {
    return new GlideCondition(text, Optional.empty(), Optional.empty());
  }

  /** Returns the same condition with an enlarged small image. */
  public GlideCondition beside(Image enlarged) {
    return new GlideCondition(text, Optional.of(enlarged), known);
  }

  /** Returns the same condition with the known part of the picture. */
  public GlideCondition knowing(Known part) {
    return new GlideCondition(text, low, Optional.of(part));
  }

  /**
   * A part of a picture.
   *
   * @param image the picture; unknown pixels are ignored
   * @param mask {@code [H, W]}: 1 where a pixel is known, 0 where it is not
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  public record Known(Image image, float[] mask) {
    public Known {
      Check.that(
          mask.length == image.width() * image.height(),
          "mask",
          mask.length + " values",
          "%s·%s",
          image.width(),
          image.height());
    }
  }
}
