package io.diffusion4j.diffusion.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFilesTest {
  private static final long ANY = Long.MAX_VALUE;

  @Test
  void transparencyShowsWhite() throws IOException {
    var image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x00ff0000);
    image.setRGB(1, 0, 0x33000000); // a fifth of black
    image.setRGB(2, 0, 0xff00ff00);
    assertThat(ImageFiles.read(encode(image, "png"), ANY).pixels())
        .containsExactly(new float[] {1, 1, 1, 0.6f, 0.6f, 0.6f, -1, 1, -1}, within(1e-6f));
  }

  @Test
  void transparencyOfAPaletteShowsWhite() throws IOException {
    byte[] red = {(byte) 255, 0, 0, 10};
    byte[] none = {0, 0, 0, 10};
    var palette = new IndexColorModel(2, 4, red, none, none, 2); // colour 2 is transparent
    var image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_BINARY, palette);
    image.getRaster().setPixels(0, 0, 3, 1, new int[] {0, 1, 2});
    assertThat(ImageFiles.read(encode(image, "png"), ANY).pixels())
        .containsExactly(1, -1, -1, -1, -1, -1, 1, 1, 1);
  }

  @Test
  void aTransparentColourShowsWhite() throws IOException {
    var image = new BufferedImage(2, 1, BufferedImage.TYPE_3BYTE_BGR);
    image.setRGB(0, 0, 0x102030);
    image.setRGB(1, 0, 0x000033);
    var transparent = new IIOMetadataNode("tRNS_RGB");
    transparent.setAttribute("red", "16");
    transparent.setAttribute("green", "32");
    transparent.setAttribute("blue", "48");
    var chunk = new IIOMetadataNode("tRNS");
    chunk.appendChild(transparent);
    var root = new IIOMetadataNode("javax_imageio_png_1.0");
    root.appendChild(chunk);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
    metadata.mergeTree("javax_imageio_png_1.0", root);
    var out = new ByteArrayOutputStream();
    try (var sink = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(sink);
      writer.write(new IIOImage(image, null, metadata));
    }
    assertThat(ImageFiles.read(out.toByteArray(), ANY).pixels())
        .containsExactly(new float[] {1, 1, 1, -1, -1, -0.6f}, within(1e-6f));
  }

  /** Rows of two pixels, of level 0 and of the transparent level. */
  @ParameterizedTest
  @CsvSource({"1, 1, 0x40", "2, 2, 0x20", "4, 5, 0x05", "8, 5, 0x0005"})
  void theTransparentLevelOfAGreyPictureShowsWhite(int bits, int level, String row)
      throws IOException {
    byte[] packed = new byte[bits == 8 ? 3 : 2]; // the first byte is the filter
    int samples = Integer.decode(row);
    for (int i = packed.length - 1; i > 0; i--, samples >>= 8) {
      packed[i] = (byte) samples;
    }
    var data = new ByteArrayOutputStream();
    try (var deflater = new DeflaterOutputStream(data)) {
      deflater.write(packed);
    }
    var png = new ByteArrayOutputStream();
    png.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    chunk(png, "IHDR", new byte[] {0, 0, 0, 2, 0, 0, 0, 1, (byte) bits, 0, 0, 0, 0});
    chunk(png, "tRNS", new byte[] {0, (byte) level});
    chunk(png, "IDAT", data.toByteArray());
    chunk(png, "IEND", new byte[0]);
    assertThat(ImageFiles.read(png.toByteArray(), ANY).pixels())
        .containsExactly(-1, -1, -1, 1, 1, 1);
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] content)
      throws IOException {
    var out = new DataOutputStream(png);
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    var crc = new CRC32();
    crc.update(name);
    crc.update(content);
    out.writeInt(content.length);
    out.write(name);
    out.write(content);
    out.writeInt((int) crc.getValue());
  }

  @Test
  void greyIsNotBrightened() throws IOException {
    var image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setPixels(0, 0, 2, 1, new int[] {51, 204});
    assertThat(ImageFiles.read(encode(image, "png"), ANY).pixels())
        .containsExactly(new float[] {-0.6f, -0.6f, -0.6f, 0.6f, 0.6f, 0.6f}, within(1e-6f));
  }

  /** Each scan of a progressive JPEG takes a few bytes, and time for all pixels. */
  @Test
  void aJpegOfManyScansIsRefused() throws IOException {
    byte[] jpeg = encode(new BufferedImage(16, 8, BufferedImage.TYPE_3BYTE_BGR), "jpeg");
    byte[] many = Arrays.copyOf(jpeg, jpeg.length + 600);
    for (int i = jpeg.length; i < many.length; i += 2) {
      many[i] = (byte) 0xff;
      many[i + 1] = (byte) 0xda;
    }
    assertThatThrownBy(() -> ImageFiles.read(many, ANY))
        .isInstanceOf(IOException.class)
        .hasMessage("image: 301 scans (expected: at most 256)");
  }

  @Test
  void sixteenBitsKeepTheirPrecision() throws IOException {
    var image = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setPixels(0, 0, 1, 1, new int[] {300});
    assertThat(ImageFiles.read(encode(image, "png"), ANY).pixels())
        .containsExactly(new float[] {-0.990845f, -0.990845f, -0.990845f}, within(1e-6f));
  }

  @ParameterizedTest
  @ValueSource(ints = {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_BYTE_GRAY})
  void photographsAreRead(int type) throws IOException {
    var image = new BufferedImage(16, 8, type);
    int[] levels = new int[image.getRaster().getNumBands() * 16 * 8];
    Arrays.fill(levels, 102);
    image.getRaster().setPixels(0, 0, 16, 8, levels);
    Image read = ImageFiles.read(encode(image, "jpeg"), 16 * 8);
    assertThat(read.width()).isEqualTo(16);
    assertThat(read.height()).isEqualTo(8);
    float[] expected = new float[3 * 16 * 8];
    Arrays.fill(expected, -0.2f);
    assertThat(read.pixels()).containsExactly(expected, within(0.02f)); // JPEG is lossy
  }

  /** The picture is dark at the upper left in every orientation; only its storage differs. */
  @ParameterizedTest
  @CsvSource({
    "1, 32, 16, 0, 0",
    "2, 32, 16, 1, 0",
    "3, 32, 16, 1, 1",
    "4, 32, 16, 0, 1",
    "5, 16, 32, 0, 0",
    "6, 16, 32, 0, 1",
    "7, 16, 32, 1, 1",
    "8, 16, 32, 1, 0"
  })
  void photographsAreTurnedAsTheCameraWasHeld(
      int orientation, int storedWidth, int storedHeight, int right, int low) throws IOException {
    var stored = new BufferedImage(storedWidth, storedHeight, BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < storedHeight; y++) {
      for (int x = 0; x < storedWidth; x++) {
        boolean dark = 2 * x / storedWidth == right && 2 * y / storedHeight == low;
        stored.setRGB(x, y, dark ? 0 : 0xffffff);
      }
    }
    for (boolean littleEndian : new boolean[] {true, false}) {
      Image read =
          ImageFiles.read(withExif(encode(stored, "jpeg"), orientation, littleEndian), ANY);
      assertThat(read.width()).isEqualTo(32);
      assertThat(read.height()).isEqualTo(16);
      assertThat(read.pixels()[3 * (4 * 32 + 8)]).isLessThan(-0.9f);
      assertThat(read.pixels()[3 * (4 * 32 + 24)]).isGreaterThan(0.9f);
      assertThat(read.pixels()[3 * (12 * 32 + 8)]).isGreaterThan(0.9f);
      assertThat(read.pixels()[3 * (12 * 32 + 24)]).isGreaterThan(0.9f);
    }
  }

  @Test
  void picturesInPngAndWebpAreTurnedToo() throws IOException {
    Image stored = picture(3, 2, "abcdef");
    byte[] jpeg = withExif(new byte[] {(byte) 0xff, (byte) 0xd8}, 6, true);
    byte[] exif = Arrays.copyOfRange(jpeg, 6, jpeg.length);
    byte[] tiff = Arrays.copyOfRange(exif, 6, exif.length);
    byte[] png = encode(new BufferedImage(3, 2, BufferedImage.TYPE_3BYTE_BGR), "png");
    byte[] turned =
        ByteBuffer.allocate(png.length + 12 + tiff.length)
            .put(png, 0, 33) // signature and IHDR
            .putInt(tiff.length)
            .put("eXIf".getBytes(ISO_8859_1))
            .put(tiff)
            .putInt(0)
            .put(png, 33, png.length - 33)
            .array();
    assertThat(names(ExifOrientation.of(turned).upright(stored))).isEqualTo("da/eb/fc");
    Image read = ImageFiles.read(turned, ANY);
    assertThat(read.width()).isEqualTo(2);
    for (byte[] contents : List.of(exif, tiff)) { // with and without the name of JPEG's segment
      ByteBuffer webp =
          ByteBuffer.allocate(30 + contents.length + contents.length % 2)
              .order(ByteOrder.LITTLE_ENDIAN);
      webp.put("RIFF".getBytes(ISO_8859_1)).putInt(webp.capacity() - 8);
      webp.put("WEBPXMP ".getBytes(ISO_8859_1)).putInt(1).putShort((short) 0);
      webp.put("EXIF".getBytes(ISO_8859_1)).putInt(contents.length).put(contents);
      assertThat(names(ExifOrientation.of(webp.array()).upright(stored))).isEqualTo("da/eb/fc");
    }
  }

  @Test
  void turningIsWhatExifSays() {
    // Stored: a b c / d e f.
    Image stored = picture(3, 2, "abcdef");
    assertThat(upright(stored, 2)).isEqualTo("cba/fed");
    assertThat(upright(stored, 3)).isEqualTo("fed/cba");
    assertThat(upright(stored, 4)).isEqualTo("def/abc");
    assertThat(upright(stored, 5)).isEqualTo("ad/be/cf");
    assertThat(upright(stored, 6)).isEqualTo("da/eb/fc");
    assertThat(upright(stored, 7)).isEqualTo("fc/eb/da");
    assertThat(upright(stored, 8)).isEqualTo("cf/be/ad");
  }

  private static Image picture(int width, int height, String names) {
    float[] pixels = new float[3 * width * height];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = names.charAt(i / 3);
    }
    return new Image(width, height, pixels);
  }

  private static String upright(Image stored, int orientation) {
    byte[] jpeg = withExif(new byte[] {(byte) 0xff, (byte) 0xd8}, orientation, false);
    return names(ExifOrientation.of(jpeg).upright(stored));
  }

  private static String names(Image image) {
    var names = new StringBuilder();
    for (int i = 0; i < image.width() * image.height(); i++) {
      names.append(i > 0 && i % image.width() == 0 ? "/" : "").append((char) image.pixels()[3 * i]);
    }
    return names.toString();
  }

  @Test
  void brokenExifIsIgnored() throws IOException {
    byte[] jpeg = encode(new BufferedImage(16, 8, BufferedImage.TYPE_3BYTE_BGR), "jpeg");
    byte[] exif = withExif(jpeg, 6, true);
    for (int at = 2; at < 36; at++) {
      byte[] broken = exif.clone();
      broken[at] = (byte) 0xff;
      assertThat(ExifOrientation.of(broken)).isNotNull();
      assertThat(ExifOrientation.of(Arrays.copyOf(exif, at))).isNotNull();
    }
    assertThat(ImageFiles.read(exif, ANY).width()).isEqualTo(8);
  }

  @Test
  void aFileOfTooManyPixelsIsRefusedBeforeItIsDecoded() throws IOException {
    byte[] png = Png.encode(new Image(20, 10, new float[600]), Map.of());
    png[18] = 0x40; // the header now claims a width of 16404 pixels
    assertThatThrownBy(() -> ImageFiles.read(png, 164_039))
        .isInstanceOf(IOException.class)
        .hasMessage("image: 16404×10 pixels (expected: at most 164039)");
  }

  @Test
  void otherFormatsAreNamedAsUnknown() throws IOException {
    byte[] gif = encode(new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_BINARY), "gif");
    assertThatThrownBy(() -> ImageFiles.read(gif, ANY))
        .isInstanceOf(IOException.class)
        .hasMessage("image: unknown format (expected: PNG or JPEG)");
    assertThatThrownBy(() -> ImageFiles.read("no image".getBytes(UTF_8), ANY))
        .hasMessage("image: unknown format (expected: PNG or JPEG)");
    assertThatThrownBy(() -> ImageFiles.read(new byte[0], ANY))
        .hasMessage("image: unknown format (expected: PNG or JPEG)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg"})
  void aTruncatedFileIsAnError(String format) throws IOException {
    byte[] whole = encode(noise(64, 48), format);
    for (int length : new int[] {20, 60, whole.length / 2, whole.length - 30}) {
      assertThatThrownBy(() -> ImageFiles.read(Arrays.copyOf(whole, length), ANY))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("image: cannot be decoded: ")
          .hasMessageEndingWith(
              "(expected: a whole " + (format.equals("png") ? "PNG" : "JPEG") + " file)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg"})
  void aDamagedFileIsAnImageOrAnIoException(String format) throws IOException {
    byte[] whole = encode(noise(24, 16), format);
    var random = new Random(7);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      for (int k = 0; k < 3; k++) {
        damaged[random.nextInt(i % 2 == 0 ? 60 : damaged.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(ImageFiles.read(damaged, 1 << 20)).isNotNull();
      } catch (IOException e) {
        assertThat(e).hasMessageStartingWith("image: ");
      }
    }
  }

  @Test
  void theMessageNamesTheFile(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("cat.png"), "meow");
    assertThatThrownBy(() -> ImageFiles.read(file, ANY))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": image: unknown format (expected: PNG or JPEG)");
  }

  /** A reader that an application has registered before Java's own, such as one in native code. */
  @Test
  void readersOfOthersAreNotUsed() throws IOException {
    byte[] file = encode(noise(3, 2), "png");
    var registry = IIORegistry.getDefaultInstance();
    var other = new OtherReaders();
    ImageReaderSpi own = ImageIO.getImageReadersByFormatName("png").next().getOriginatingProvider();
    registry.registerServiceProvider(other, ImageReaderSpi.class);
    try {
      registry.setOrdering(ImageReaderSpi.class, other, own);
      assertThatThrownBy(() -> ImageIO.read(new ByteArrayInputStream(file)))
          .hasStackTraceContaining("used");
      assertThat(ImageFiles.read(file, ANY).width()).isEqualTo(3);
      assertThat(ImageFiles.pixels(file)).isEqualTo(6);
      assertThat(ImageFiles.formats(List.of("OTHER"))).isEqualTo("PNG or JPEG");
    } finally {
      registry.deregisterServiceProvider(other, ImageReaderSpi.class);
    }
  }

  /** Readers of PNG that fail when they are used. */
  private static final class OtherReaders extends ImageReaderSpi {
    OtherReaders() {
      super(
          "others",
          "1",
          new String[] {"png", "other"},
          new String[] {"png"},
          new String[] {"image/png"},
          Reader.class.getName(),
          new Class<?>[] {ImageInputStream.class},
          null,
          false,
          null,
          null,
          null,
          null,
          false,
          null,
          null,
          null,
          null);
    }

    @Override
    public boolean canDecodeInput(Object source) {
      return true;
    }

    @Override
    public ImageReader createReaderInstance(Object extension) {
      return new Reader(this);
    }

    @Override
    public String getDescription(Locale locale) {
      return "for a test";
    }

    private static final class Reader extends ImageReader {
      Reader(ImageReaderSpi provider) {
        super(provider);
      }

      @Override
      public int getNumImages(boolean search) {
        throw new IllegalStateException("used");
      }

      @Override
      public int getWidth(int index) {
        throw new IllegalStateException("used");
      }

      @Override
      public int getHeight(int index) {
        throw new IllegalStateException("used");
      }

      @Override
      public Iterator<ImageTypeSpecifier> getImageTypes(int index) {
        throw new IllegalStateException("used");
      }

      @Override
      public IIOMetadata getStreamMetadata() {
        throw new IllegalStateException("used");
      }

      @Override
      public IIOMetadata getImageMetadata(int index) {
        throw new IllegalStateException("used");
      }

      @Override
      public BufferedImage read(int index, ImageReadParam how) {
        throw new IllegalStateException("used");
      }
    }
  }

  @Test
  void aFormatWithoutAWriterIsNotAvailable() {
    assertThat(CompressedFormat.JPEG.isAvailable()).isTrue();
    assertThat(CompressedFormat.WEBP.isAvailable()).isFalse();
    var image = new Image(1, 1, new float[3]);
    assertThatThrownBy(() -> CompressedFormat.WEBP.encode(image, 1))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("no writer of WEBP is on the class path");
  }

  private static BufferedImage noise(int width, int height) {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    var random = new Random(1);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    return image;
  }

  private static byte[] encode(BufferedImage image, String format) throws IOException {
    var out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }

  /** The file with an APP1 segment after its start whose only entry is the orientation. */
  private static byte[] withExif(byte[] jpeg, int orientation, boolean littleEndian) {
    int[] tiff =
        littleEndian
            ? new int[] {
              'I',
              'I',
              42,
              0,
              8,
              0,
              0,
              0,
              1,
              0,
              0x12,
              1,
              3,
              0,
              1,
              0,
              0,
              0,
              orientation,
              0,
              0,
              0,
              0,
              0,
              0,
              0
            }
            : new int[] {
              'M',
              'M',
              0,
              42,
              0,
              0,
              0,
              8,
              0,
              1,
              1,
              0x12,
              0,
              3,
              0,
              0,
              0,
              1,
              0,
              orientation,
              0,
              0,
              0,
              0,
              0,
              0
            };
    var out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    for (int b : new int[] {0xff, 0xe1, 0, 8 + tiff.length, 'E', 'x', 'i', 'f', 0, 0}) {
      out.write(b);
    }
    for (int b : tiff) {
      out.write(b);
    }
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }
}
