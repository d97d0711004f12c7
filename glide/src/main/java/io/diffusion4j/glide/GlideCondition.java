package io.diffusion4j.glide;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.part.TextEncoding;
import java.util.Optional;

/**
 * What one of GLIDE's U-Nets is told.
 *
 * @param text as the same network's transformer read it
 * @param low the small image, enlarged bilinearly to the size of the large one, of an upsampler
 * @param known what is known of the picture, of a network for pictures with missing parts; if
 *     absent there, nothing is
 */
public record GlideCondition(TextEncoding text, Optional<Image> low, Optional<Known> known) {
  /** A text alone. */
  public static GlideCondition of(TextEncoding text) {
    return new GlideCondition(text, Optional.empty(), Optional.empty());
  }

  /** The same with a small image, enlarged. */
  public GlideCondition beside(Image enlarged) {
    return new GlideCondition(text, Optional.of(enlarged), known);
  }

  /** The same with what is known of the picture. */
  public GlideCondition knowing(Known part) {
    return new GlideCondition(text, low, Optional.of(part));
  }

  /**
   * A part of a picture.
   *
   * @param image the picture; what is unknown of it is not looked at
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
