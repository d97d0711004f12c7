package io.diffusion4j.diffusion.image;

import io.diffusion4j.diffusion.argument.Check;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * PNG files with recipes: 8-bit RGB with international text ({@code iTXt}) chunks.
 *
 * <p>{@link ImageFiles} reads the pixels, {@link #text} reads the text.
 */
public final class Png {
  private static final String TREE = "javax_imageio_png_1.0";
  private static final String XMP = "XML:com.adobe.xmp";

  private Png() {}

  /**
   * Returns the image as a PNG file.
   *
   * @param image rounded to eight bits as {@link Rgb8#of} does
   * @param text the chunks: any text under a keyword of 1 to 79 printable Latin-1 characters,
   *     without spaces at its ends or two in a row (PNG, 3rd edition, §11.3.3.2)
   * @throws IllegalArgumentException if a keyword is not one, a text holds a NUL, or a value of the
   *     image is not a number
   */
  public static byte[] encode(Image image, Map<String, String> text) {
    var out = new ByteArrayOutputStream();
    try {
      write(image, text, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return out.toByteArray();
  }

  /**
   * Writes {@link #encode} to a stream, and leaves it open.
   *
   * @throws IOException if the stream fails
   */
  public static void write(Image image, Map<String, String> text, OutputStream out)
      throws IOException {
    text.forEach(Png::requireChunk);
    BufferedImage pixels = Rgb8.of(image).toBuffered();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    try (var sink = new MemoryCacheImageOutputStream(out)) {
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(
              ImageTypeSpecifier.createFromRenderedImage(pixels), writer.getDefaultWriteParam());
      metadata.mergeTree(TREE, chunks(text));
      writer.setOutput(sink);
      writer.write(new IIOImage(pixels, null, metadata));
    } finally {
      writer.dispose();
    }
  }

  /**
   * Returns the text chunks of a PNG file, in the order of the file; for a repeated keyword, the
   * last chunk counts. The packet of {@link #xmp} is not among them.
   *
   * @throws IOException if this is no PNG file or a damaged one
   */
  public static Map<String, String> text(byte[] png) throws IOException {
    Map<String, String> text = allText(png);
    text.remove(XMP);
    return text;
  }

  /**
   * Returns the XMP packet of a PNG file, which is in a text chunk too (XMP part 3, §1.1.5).
   *
   * @throws IOException if this is no PNG file or a damaged one
   */
  public static Optional<String> xmp(byte[] png) throws IOException {
    return Optional.ofNullable(allText(png).get(XMP));
  }

  private static Map<String, String> allText(byte[] png) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    try (var source = new MemoryCacheImageInputStream(new ByteArrayInputStream(png))) {
      reader.setInput(source, true);
      Node root = reader.getImageMetadata(0).getAsTree(TREE);
      var text = new LinkedHashMap<String, String>();
      for (Node list = root.getFirstChild(); list != null; list = list.getNextSibling()) {
        String value =
            switch (list.getNodeName()) {
              case "iTXt", "zTXt" -> "text";
              case "tEXt" -> "value";
              default -> "";
            };
        if (!value.isEmpty()) {
          NodeList entries = list.getChildNodes();
          for (int i = 0; i < entries.getLength(); i++) {
            var entry = (IIOMetadataNode) entries.item(i);
            text.put(entry.getAttribute("keyword"), entry.getAttribute(value));
          }
        }
      }
      return text;
    } catch (RuntimeException e) { // the JDK's reader meets nonsense with whatever it trips over
      throw new IOException("png: damaged (expected: a PNG file)", e);
    } finally {
      reader.dispose();
    }
  }

  private static void requireChunk(String keyword, String text) {
    boolean printable = keyword.chars().allMatch(c -> (c >= 32 && c < 127) || (c > 160 && c < 256));
    Check.that(
        !keyword.isEmpty()
            && keyword.length() <= 79
            && printable
            && keyword.equals(keyword.strip())
            && !keyword.contains("  "),
        "keyword",
        "\"" + keyword + "\"",
        "1 to 79 printable Latin-1 characters without spaces at the ends or two in a row");
    Check.that(
        text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text),
        "text of " + keyword,
        "not Unicode text",
        "no NUL and no lone surrogate");
  }

  private static IIOMetadataNode chunks(Map<String, String> text) {
    var root = new IIOMetadataNode(TREE);
    if (!text.isEmpty()) { // the tree allows no empty list
      var list = new IIOMetadataNode("iTXt");
      text.forEach(
          (keyword, value) -> {
            var entry = new IIOMetadataNode("iTXtEntry");
            entry.setAttribute("keyword", keyword);
            entry.setAttribute("compressionFlag", "FALSE");
            entry.setAttribute("compressionMethod", "0");
            entry.setAttribute("languageTag", "");
            entry.setAttribute("translatedKeyword", "");
            entry.setAttribute("text", value);
            list.appendChild(entry);
          });
      root.appendChild(list);
    }
    return root;
  }
}
