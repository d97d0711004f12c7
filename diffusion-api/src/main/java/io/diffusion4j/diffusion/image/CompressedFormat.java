package io.diffusion4j.diffusion.image;

import io.diffusion4j.diffusion.argument.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** The formats of image files that are written with a quality; {@link Png} has none. */
public enum CompressedFormat {
  /** Written by Java itself; the best quality still changes pixels. */
  JPEG {
    @Override
    String type(double quality) {
      return "JPEG";
    }
  },

  /** Written by a writer on the class path, such as webp-imageio; the best quality is lossless. */
  WEBP {
    @Override
    String type(double quality) {
      return quality == 1 ? "Lossless" : "Lossy";
    }
  };

  abstract String type(double quality);

  /** Returns whether this format can be written here. */
  public boolean isAvailable() {
    try {
      return this == JPEG || encode(new Image(1, 1, new float[3]), 0).length > 0;
    } catch (UnsupportedOperationException | LinkageError e) {
      return false; // no writer, or one whose native library does not run here
    }
  }

  /**
   * Returns the image as a file.
   *
   * @param image rounded to eight bits as {@link Rgb8#of} does
   * @param quality the quality, in [0, 1], from the smallest file to the best picture
   * @throws UnsupportedOperationException if no writer of this format is on the class path
   */
  public byte[] encode(Image image, double quality) {
    Check.share("quality", quality);
    var out = new ByteArrayOutputStream();
    ImageWriter writer = writer();
    try (var sink = new MemoryCacheImageOutputStream(out)) {
      ImageWriteParam how = writer.getDefaultWriteParam();
      how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      how.setCompressionType(type(quality));
      how.setCompressionQuality((float) quality);
      writer.setOutput(sink);
      writer.write(null, new IIOImage(Rgb8.of(image).toBuffered(), null, null), how);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  private ImageWriter writer() {
    Iterator<ImageWriter> writers =
        ImageIO.getImageWritersByFormatName(name().toLowerCase(Locale.ROOT));
    if (!writers.hasNext()) {
      throw new UnsupportedOperationException("no writer of " + name() + " is on the class path");
    }
    return writers.next();
  }
}
