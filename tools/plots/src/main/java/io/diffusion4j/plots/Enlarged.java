package io.diffusion4j.plots;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Rgb8;
import java.awt.Graphics2D;
import java.awt.RenderingHints;

/**
 * A picture in which each pixel is a square.
 *
 * @param factor the side of such a square, at least 1
 */
public record Enlarged(Rgb8 picture, int factor) implements ChartDrawing {
  public Enlarged {
    Check.that(factor >= 1, "factor", factor, "≥ 1");
  }

  @Override
  public int width() {
    return factor * picture.width();
  }

  @Override
  public int height() {
    return factor * picture.height();
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
    graphics.drawImage(picture.toBuffered(), 0, 0, width(), height(), null);
  }
}
