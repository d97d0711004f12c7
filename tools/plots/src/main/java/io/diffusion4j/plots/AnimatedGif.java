package io.diffusion4j.plots;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.OutputFile;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;

/** An animated GIF that shows drawings in an endless loop. Works without a display. */
public final class AnimatedGif {
  private static final String FORMAT = "javax_imageio_gif_image_1.0";

  private final OutputFile file;

  /**
   * Checks that the file can be written.
   *
   * @throws IllegalArgumentException if its name does not end in .gif, or its folder does not exist
   */
  public AnimatedGif(Path path) {
    this("output", path);
  }

  /**
   * Checks that the file can be written.
   *
   * @param option the name of the file in messages
   * @throws IllegalArgumentException if its name does not end in .gif, or its folder does not exist
   */
  public AnimatedGif(String option, Path path) {
    file = new OutputFile(option, path);
    file.requireEnding(".gif");
    file.requireWritable();
  }

  /**
   * Writes drawings of equal size, replacing an existing file.
   *
   * @param frames the frames, at least one
   * @param hundredths duration of each frame, in hundredths of a second
   * @param last duration of the last frame, in hundredths of a second
   */
  public void write(List<? extends ChartDrawing> frames, int hundredths, int last) {
    Check.that(!frames.isEmpty(), "frames", "none", "at least one");
    try {
      file.write(bytes(frames, hundredths, last));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot draw " + file.path() + ": " + e, e);
    }
  }

  private static byte[] bytes(List<? extends ChartDrawing> frames, int hundredths, int last)
      throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    var bytes = new ByteArrayOutputStream();
    try (var out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (int i = 0; i < frames.size(); i++) {
        BufferedImage image = painted(frames.get(i));
        boolean isLast = i == frames.size() - 1;
        writer.writeToSequence(
            new IIOImage(image, null, metadata(writer, image, isLast ? last : hundredths)), null);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static BufferedImage painted(ChartDrawing drawing) {
    var image = new BufferedImage(drawing.width(), drawing.height(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      drawing.paint(graphics);
    } finally {
      graphics.dispose();
    }
    return image;
  }

  private static IIOMetadata metadata(ImageWriter writer, BufferedImage image, int hundredths)
      throws IOException {
    IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), null);
    var root = (IIOMetadataNode) metadata.getAsTree(FORMAT);
    var control = (IIOMetadataNode) root.getElementsByTagName("GraphicControlExtension").item(0);
    control.setAttribute("disposalMethod", "none");
    control.setAttribute("userInputFlag", "FALSE");
    control.setAttribute("transparentColorFlag", "FALSE");
    control.setAttribute("delayTime", Integer.toString(hundredths));
    control.setAttribute("transparentColorIndex", "0");
    var loop = new IIOMetadataNode("ApplicationExtension");
    loop.setAttribute("applicationID", "NETSCAPE");
    loop.setAttribute("authenticationCode", "2.0");
    loop.setUserObject(new byte[] {1, 0, 0}); // without end
    var extensions = new IIOMetadataNode("ApplicationExtensions");
    extensions.appendChild(loop);
    root.appendChild(extensions);
    metadata.setFromTree(FORMAT, root);
    return metadata;
  }
}
