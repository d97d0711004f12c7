package io.diffusion4j.diffusion.image;

import io.diffusion4j.diffusion.argument.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** JPEG files of images. */
public final class Jpeg {
  private Jpeg() {}

  /**
   * Returns the image as a JPEG file.
   *
   * @param image rounded to eight bits as {@link Rgb8#of} does
   * @param quality the quality, in [0, 1], from the smallest file to the best picture
   */
  public static byte[] encode(Image image, double quality) {
    Check.share("quality", quality);
    var out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (var sink = new MemoryCacheImageOutputStream(out)) {
      ImageWriteParam how = writer.getDefaultWriteParam();
      how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
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
}
