package io.diffusion4j.diffusion.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads image files: PNG and JPEG, and WebP if TwelveMonkeys' reader for it is on the class path.
 * Files may be hostile, so no other reader that is registered with {@link ImageIO} is used; that of
 * JPEG, which is the JDK's, decodes in native code.
 *
 * <p>Samples are taken as sRGB whatever profile the file names, 16-bit ones keep their precision,
 * grey becomes three equal channels, transparent pixels become white, and pictures are rotated by
 * their Exif orientation. The size is checked before the pixels are decoded, so a small file cannot
 * cause a large allocation.
 */
public final class ImageFiles {
  private static final byte MARKER = (byte) 0xFF;
  private static final byte START_OF_SCAN = (byte) 0xDA;

  /** Progressive encoders write about ten. */
  private static final int MAX_SCANS = 256;

  /** The supported formats; those without a reader are refused. */
  private static final List<String> FORMATS = List.of("PNG", "JPEG", "WebP");

  /** The packages of the readers that are used. */
  private static final List<String> READERS =
      List.of("com.sun.imageio.", "com.twelvemonkeys.imageio.");

  private ImageFiles() {}

  /** Describes the formats that can be read here: {@code PNG, JPEG or WebP}. */
  public static String formats() {
    return formats(List.of());
  }

  /** Describes the formats that can be read here, with further ones that Java reads. */
  public static String formats(List<String> furtherFormats) {
    List<String> known =
        Stream.of(FORMATS, furtherFormats)
            .flatMap(List::stream)
            .filter(format -> isReadable(ImageIO.getImageReadersByFormatName(format)))
            .toList();
    int last = known.size() - 1;
    return String.join(", ", known.subList(0, last)) + " or " + known.get(last);
  }

  private static boolean isReadable(Iterator<ImageReader> readers) {
    while (readers.hasNext()) {
      if (isTrusted(readers.next())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTrusted(ImageReader reader) {
    return READERS.stream().anyMatch(reader.getClass().getName()::startsWith);
  }

  /**
   * Reads a file.
   *
   * @param maxPixels the largest width·height that is decoded
   * @throws IOException with a message that names the file, if it cannot be read, is of another
   *     format, is damaged, or has more pixels
   */
  public static Image read(Path file, long maxPixels) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try {
      return read(bytes, maxPixels);
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the bytes of a file.
   *
   * @param maxPixels the largest width·height that is decoded
   * @throws IOException if this is of another format, is damaged, or has more pixels
   */
  public static Image read(byte[] bytes, long maxPixels) throws IOException {
    return read(bytes, maxPixels, List.of());
  }

  /**
   * Reads the bytes of a file, also of further formats that Java reads, such as GIF. If a file has
   * several frames, the first is read.
   *
   * @param maxPixels the largest width·height that is decoded
   * @throws IOException if this is of another format, is damaged, or has more pixels
   */
  public static Image read(byte[] bytes, long maxPixels, List<String> furtherFormats)
      throws IOException {
    try (var source = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      ImageReader reader = reader(source, furtherFormats);
      try {
        String format = reader.getFormatName().toUpperCase(Locale.ROOT);
        requireSmallFrames(bytes, maxPixels);
        if (format.equals("JPEG")) {
          requireFewScans(bytes);
        }
        BufferedImage decoded = decode(reader, source, format, maxPixels);
        if (format.equals("PNG")) {
          PngGrey.correct(decoded, bytes);
        }
        Image image = toImage(decoded);
        return ExifOrientation.of(bytes).upright(image);
      } finally {
        reader.dispose();
      }
    }
  }

  /**
   * Returns the number of pixels in the header of a file; for an animation, that of the largest
   * frame.
   *
   * @throws IOException if this is of a format that {@link #read(byte[], long)} does not read, or
   *     damaged
   */
  public static long pixels(byte[] bytes) throws IOException {
    try (var source = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      ImageReader reader = reader(source, List.of());
      try {
        reader.setInput(source, true, true);
        long whole = (long) reader.getWidth(0) * reader.getHeight(0);
        return Math.max(whole, WebpSizes.largest(bytes));
      } catch (IOException | RuntimeException e) { // readers meet nonsense with either
        throw undecodable(e, reader.getFormatName().toUpperCase(Locale.ROOT));
      } finally {
        reader.dispose();
      }
    }
  }

  private static ImageReader reader(MemoryCacheImageInputStream source, List<String> furtherFormats)
      throws IOException {
    for (Iterator<ImageReader> readers = ImageIO.getImageReaders(source); readers.hasNext(); ) {
      ImageReader reader = readers.next();
      if (isTrusted(reader)
          && Stream.of(FORMATS, furtherFormats)
              .flatMap(List::stream)
              .anyMatch(reader.getFormatName()::equalsIgnoreCase)) {
        return reader;
      }
      reader.dispose();
    }
    throw new IOException("image: unknown format (expected: " + formats(furtherFormats) + ")");
  }

  private static void requireSmallFrames(byte[] bytes, long maxPixels) throws IOException {
    long frame;
    try {
      frame = WebpSizes.largest(bytes);
    } catch (IOException e) {
      throw undecodable(e, "WEBP");
    }
    if (frame > maxPixels) {
      throw new IOException(
          "image: a frame of " + frame + " pixels (expected: at most " + maxPixels + ")");
    }
  }

  /**
   * Refuses a JPEG that repeats its scans: each takes time for all pixels, but a few bytes. The
   * marker may occur in metadata too, a few times.
   */
  private static void requireFewScans(byte[] bytes) throws IOException {
    int scans = 0;
    for (int i = 1; i < bytes.length; i++) {
      if (bytes[i] == START_OF_SCAN && bytes[i - 1] == MARKER) {
        scans++;
      }
    }
    if (scans > MAX_SCANS) {
      throw new IOException("image: %s scans (expected: at most %s)".formatted(scans, MAX_SCANS));
    }
  }

  private static BufferedImage decode(
      ImageReader reader, MemoryCacheImageInputStream source, String format, long maxPixels)
      throws IOException {
    List<String> complaints = new ArrayList<>();
    try {
      reader.addIIOReadWarningListener((from, warning) -> complaints.add(warning));
      reader.setInput(source, true, true);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      if ((long) width * height > maxPixels) {
        throw new TooLarge(
            "image: " + width + "×" + height + " pixels (expected: at most " + maxPixels + ")");
      }
      BufferedImage decoded = reader.read(0);
      if (complaints.stream().anyMatch(ImageFiles::saysTruncated)) {
        throw new IOException(String.join("; ", complaints));
      }
      return decoded;
    } catch (TooLarge e) {
      throw e;
    } catch (IOException | RuntimeException e) { // the readers meet nonsense with either
      throw undecodable(e, format);
    }
  }

  private static IOException undecodable(Exception e, String format) {
    return new IOException(
        "image: cannot be decoded: " + e.getMessage() + " (expected: a whole " + format + " file)",
        e);
  }

  /**
   * Accepts missing pixels only: decoders fill them with grey, and many real files are truncated a
   * little.
   */
  private static boolean saysTruncated(String complaint) {
    return complaint.toLowerCase(Locale.ROOT).contains("premature end");
  }

  private static Image toImage(BufferedImage decoded) {
    int width = decoded.getWidth();
    int height = decoded.getHeight();
    float[] pixels = new float[Math.multiplyExact(3 * width, height)];
    if (decoded.getColorModel() instanceof IndexColorModel) {
      int[] row = new int[width];
      for (int y = 0; y < height; y++) {
        decoded.getRGB(0, y, width, 1, row, 0, width);
        for (int x = 0; x < width; x++) {
          double alpha = (row[x] >>> 24) / 255.0;
          for (int c = 0; c < 3; c++) {
            double level = ((row[x] >> (16 - 8 * c)) & 0xff) / 255.0;
            pixels[3 * (y * width + x) + c] = onWhite(level, alpha);
          }
        }
      }
      return new Image(width, height, pixels);
    }
    // The samples themselves: getRGB would convert grey as if it were linear light.
    Raster raster = decoded.getRaster();
    int bands = raster.getNumBands();
    boolean colour = bands >= 3;
    boolean transparent = bands == 2 || bands == 4;
    int max = (1 << raster.getSampleModel().getSampleSize(0)) - 1;
    float[] opaque = opaque(max);
    int[] row = new int[Math.multiplyExact(bands, width)];
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int alpha = transparent ? row[bands * x + bands - 1] : max;
        for (int c = 0; c < 3; c++) {
          int level = row[bands * x + (colour ? c : 0)];
          pixels[3 * (y * width + x) + c] =
              alpha == max ? opaque[level] : onWhite((double) level / max, (double) alpha / max);
        }
      }
    }
    return new Image(width, height, pixels);
  }

  /** Returns the pixel of each level of an opaque image. */
  private static float[] opaque(int max) {
    float[] pixels = new float[max + 1];
    for (int level = 0; level <= max; level++) {
      pixels[level] = onWhite((double) level / max, 1);
    }
    return pixels;
  }

  private static float onWhite(double level, double alpha) {
    return (float) (2 * (alpha * level + (1 - alpha)) - 1);
  }

  private static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1;

    TooLarge(String message) {
      super(message);
    }
  }

  /**
   * The transparent level of grey PNG files of two and four bits. Java's reader scales the samples
   * to eight bits, and compares them with the level in the file, which is not scaled.
   */
  private static final class PngGrey {
    private static final int BITS = 24;
    private static final int COLOUR_TYPE = 25;
    private static final int FIRST_CHUNK = 8;
    private static final int AROUND_A_CHUNK = 12;
    private static final int TRANSPARENCY = 0x74524e53; // "tRNS"

    private PngGrey() {}

    /**
     * Corrects the transparency of a decoded file.
     *
     * @param png the file, which could be decoded
     */
    static void correct(BufferedImage decoded, byte[] png) {
      WritableRaster raster = decoded.getRaster();
      boolean wrong = png[COLOUR_TYPE] == 0 && (png[BITS] == 2 || png[BITS] == 4);
      if (!wrong || raster.getNumBands() != 2) {
        return;
      }
      ByteBuffer file = ByteBuffer.wrap(png);
      long at = FIRST_CHUNK;
      while (at + AROUND_A_CHUNK + Short.BYTES <= png.length) {
        if (file.getInt((int) at + Integer.BYTES) == TRANSPARENCY) {
          int level = file.getShort((int) at + 2 * Integer.BYTES);
          clear(raster, level * 255 / ((1 << png[BITS]) - 1));
          return;
        }
        at += AROUND_A_CHUNK + Integer.toUnsignedLong(file.getInt((int) at));
      }
    }

    private static void clear(WritableRaster raster, int transparent) {
      int[] row = new int[raster.getWidth()];
      for (int y = 0; y < raster.getHeight(); y++) {
        raster.getSamples(0, y, row.length, 1, 0, row);
        Arrays.setAll(row, x -> row[x] == transparent ? 0 : 255);
        raster.setSamples(0, y, row.length, 1, 1, row);
      }
    }
  }
}
