package io.diffusion4j.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.diffusion4j.diffusion.image.CompressedFormat;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.request.InputImages;
import io.diffusion4j.serving.v1.InputImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The writer of WebP registers a reader in native code with {@link ImageIO}, too. Files of clients
 * are decoded by the reader in Java, also if the native one comes first.
 */
class NativeWebpReaderTest {
  private final IIORegistry registry = IIORegistry.getDefaultInstance();
  private ImageReaderSpi inNative;
  private ImageReaderSpi inJava;

  @BeforeEach
  void orderTheNativeReaderFirst() {
    List<ImageReaderSpi> readers = new ArrayList<>();
    ImageIO.getImageReadersByFormatName("webp")
        .forEachRemaining(reader -> readers.add(reader.getOriginatingProvider()));
    inNative = named(readers, "com.luciad.");
    inJava = named(readers, "com.twelvemonkeys.");
    registry.setOrdering(ImageReaderSpi.class, inNative, inJava);
  }

  private static ImageReaderSpi named(List<ImageReaderSpi> readers, String start) {
    return readers.stream()
        .filter(reader -> reader.getClass().getName().startsWith(start))
        .findFirst()
        .orElseThrow();
  }

  @AfterEach
  void restoreTheOrder() {
    registry.unsetOrdering(ImageReaderSpi.class, inNative, inJava);
  }

  @Test
  void theReaderInJavaReadsFilesOfClients() throws IOException {
    byte[] file = CompressedFormat.WEBP.encode(noise(48, 32), 0.3);
    Rgb8 asInNative = read(inNative, file);
    Rgb8 asInJava = read(inJava, file);
    assertThat(asInNative.pixels()).isNotEqualTo(asInJava.pixels()); // lossy files tell which read
    assertThat(ImageIO.getImageReaders(stream(file)).next().getOriginatingProvider())
        .isSameAs(inNative);
    var violations = new Violations();
    Image taken =
        InputImages.take(
                "image",
                InputImage.newBuilder().setData(ByteString.copyFrom(file)).build(),
                InputImages.MAX_SIDE,
                violations)
            .orElseThrow()
            .image();
    assertThat(Rgb8.of(taken).pixels()).isEqualTo(asInJava.pixels());
    assertThat(Rgb8.of(ImageFiles.read(file, 1 << 20)).pixels()).isEqualTo(asInJava.pixels());
  }

  @Test
  void theBestQualityIsLossless() throws IOException {
    Image image = noise(33, 17);
    byte[] file = CompressedFormat.WEBP.encode(image, 1);
    assertThat(Rgb8.of(ImageFiles.read(file, 1 << 20)).pixels()).isEqualTo(Rgb8.of(image).pixels());
  }

  private static Rgb8 read(ImageReaderSpi provider, byte[] file) throws IOException {
    ImageReader reader = provider.createReaderInstance();
    reader.setInput(stream(file));
    BufferedImage read = reader.read(0);
    var levels = new float[3 * read.getWidth() * read.getHeight()];
    for (int i = 0; i < levels.length; i++) {
      int pixel = i / 3;
      int rgb = read.getRGB(pixel % read.getWidth(), pixel / read.getWidth());
      levels[i] = ((rgb >> (16 - 8 * (i % 3))) & 0xff) / 127.5f - 1;
    }
    return Rgb8.of(new Image(read.getWidth(), read.getHeight(), levels));
  }

  private static MemoryCacheImageInputStream stream(byte[] file) {
    return new MemoryCacheImageInputStream(new ByteArrayInputStream(file));
  }

  private static Image noise(int width, int height) {
    var random = new Random(1);
    var pixels = new float[3 * width * height];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextFloat() * 2 - 1;
    }
    return new Image(width, height, pixels);
  }
}
