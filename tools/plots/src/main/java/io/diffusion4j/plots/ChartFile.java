package io.diffusion4j.plots;

import io.diffusion4j.diffusion.image.OutputFile;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.w3c.dom.Document;

/** A file of charts or of another drawing, PNG or SVG by its extension. Works without a display. */
public final class ChartFile {
  /** The number of PNG pixels per screen pixel along each axis, for sharp prints. */
  private static final int PNG_SCALE = 2;

  private static final String SVG_NAMESPACE = "http://www.w3.org/2000/svg";

  private final OutputFile file;
  private final boolean isSvg;

  /**
   * Checks that the file can be written.
   *
   * @throws IllegalArgumentException if its name has another extension, or its folder does not
   *     exist
   */
  public ChartFile(Path path) {
    file = new OutputFile(path);
    file.requireEnding(".png", ".svg");
    isSvg = path.toString().toLowerCase(Locale.ROOT).endsWith(".svg");
    file.requireWritable();
  }

  /** Returns the path of the file. */
  public Path path() {
    return file.path();
  }

  /** Writes the charts, one below the other, replacing an existing file. */
  public void write(List<Chart> charts) {
    write(Painter.drawing(charts));
  }

  /** Writes a drawing, replacing an existing file. */
  public void write(ChartDrawing drawing) {
    try {
      file.write(isSvg ? svg(drawing) : png(drawing));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot draw " + file.path() + ": " + e, e);
    }
  }

  private static byte[] png(ChartDrawing drawing) throws IOException {
    var image =
        new BufferedImage(
            PNG_SCALE * drawing.width(), PNG_SCALE * drawing.height(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.scale(PNG_SCALE, PNG_SCALE);
      drawing.paint(graphics);
    } finally {
      graphics.dispose();
    }
    var bytes = new ByteArrayOutputStream();
    if (!ImageIO.write(image, "png", bytes)) {
      throw new IllegalStateException("every Java writes PNG");
    }
    return bytes.toByteArray();
  }

  private static byte[] svg(ChartDrawing drawing) throws IOException {
    var graphics = new SVGGraphics2D(emptyDocument());
    graphics.setSVGCanvasSize(new Dimension(drawing.width(), drawing.height()));
    drawing.paint(graphics);
    var text = new StringWriter();
    graphics.stream(text, true);
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static Document emptyDocument() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument(SVG_NAMESPACE, "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("every Java has a DOM", e);
    }
  }
}
