package io.diffusion4j.emoji.art;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.renderer.NullPlatformSupport;
import com.github.weisj.jsvg.view.ViewBox;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;

/** Rasterises drawings to sprites. */
final class Rasterizer {
  /** At smaller sizes, the blur filters of {@link Style#FLUENT} look coarse. */
  private static final int FILTERED_SIZE = 256;

  private final SVGLoader loader = new SVGLoader();
  private final int size;
  private final int supersampling;

  /**
   * @param size length of the longer side of the canvas, in pixels
   */
  Rasterizer(Style style, int size) {
    this.size = size;
    this.supersampling = style == Style.FLUENT ? Math.max(1, FILTERED_SIZE / size) : 1;
  }

  /**
   * @throws IllegalArgumentException if the drawing is not SVG or leaves its canvas empty
   */
  Sprite rasterize(Icon icon) {
    SVGDocument document =
        loader.load(
            new ByteArrayInputStream(icon.svg().getBytes(UTF_8)),
            null,
            LoaderContext.createDefault());
    float scale = size / Math.max(icon.width(), icon.height());
    int width = Math.max(1, Math.round(icon.width() * scale));
    int height = Math.max(1, Math.round(icon.height() * scale));
    var canvas =
        new BufferedImage(
            width * supersampling, height * supersampling, BufferedImage.TYPE_INT_ARGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    requireNonNull(document, "SVG")
        .renderWithPlatform(
            NullPlatformSupport.INSTANCE,
            graphics,
            new ViewBox(canvas.getWidth(), canvas.getHeight()));
    graphics.dispose();
    int[] argb = ((DataBufferInt) canvas.getRaster().getDataBuffer()).getData();
    return Sprite.trimmed(width, height, shrink(argb, width, height, supersampling));
  }

  /**
   * Averages squares of {@code factor}² pixels, in premultiplied alpha: the colour of a transparent
   * pixel must not bleed into its neighbours.
   */
  static int[] shrink(int[] argb, int width, int height, int factor) {
    int[] premultiplied = new int[width * height];
    int stride = width * factor;
    int area = factor * factor;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int alpha = 0;
        int red = 0;
        int green = 0;
        int blue = 0;
        for (int i = 0; i < area; i++) {
          int pixel = argb[(y * factor + i / factor) * stride + x * factor + i % factor];
          int a = pixel >>> 24;
          alpha += a;
          red += a * (pixel >> 16 & 0xff);
          green += a * (pixel >> 8 & 0xff);
          blue += a * (pixel & 0xff);
        }
        premultiplied[y * width + x] =
            rounded(alpha, area) << 24
                | rounded(red, 255 * area) << 16
                | rounded(green, 255 * area) << 8
                | rounded(blue, 255 * area);
      }
    }
    return premultiplied;
  }

  private static int rounded(int sum, int divisor) {
    return (sum + divisor / 2) / divisor;
  }
}
