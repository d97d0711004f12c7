package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Bytes;
import com.google.protobuf.ByteString;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.VariationTask;
import io.grpc.Status.Code;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The image formats that a server reads besides PNG. The WebP files are of 24×16 pixels (x, y) of
 * colour (10x, 15y, 7xy mod 256), with 128 for the last where the file is lossy; made by {@code
 * cwebp}.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InputFormatsTest {
  private static final int WIDTH = 24;
  private static final int HEIGHT = 16;

  @SuppressWarnings("NullAway.Init") // set by JUnit before the first test
  private TestServer server;

  @BeforeAll
  void start() throws IOException {
    server = new TestServer(ToyModel.named("toy"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static byte[] webp(String name) throws IOException {
    try (InputStream in =
        InputFormatsTest.class.getResourceAsStream("/pictures/" + name + ".webp")) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  private static GenerateImagesRequest variation(byte[] file) {
    return GenerateImagesRequest.newBuilder()
        .setVariation(VariationTask.newBuilder().setImage(Pictures.file(file)))
        .setValidateOnly(true)
        .build();
  }

  /** The image that the server reads from a file. */
  private Image read(byte[] file) {
    var plan = server.blocking().generateImages(variation(file)).getPlan();
    ByteString canonical = plan.getRequest().getVariation().getImage().getData();
    return Pictures.decoded(canonical);
  }

  private static double level(Image image, int x, int y, int channel) {
    return (image.pixels()[3 * (y * image.width() + x) + channel] + 1) * 127.5;
  }

  private static void assertSize(Image image) {
    assertThat(image.width()).isEqualTo(WIDTH);
    assertThat(image.height()).isEqualTo(HEIGHT);
  }

  @Test
  void losslessWebpIsReadToTheLevel() throws IOException {
    Image image = read(webp("lossless"));
    assertSize(image);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        int[] colour = {10 * x, 15 * y, 7 * x * y % 256};
        for (int c = 0; c < 3; c++) {
          assertThat(level(image, x, y, c)).isCloseTo(colour[c], within(0.01));
        }
      }
    }
  }

  @Test
  void transparentWebpShowsWhite() throws IOException {
    Image image = read(webp("transparent"));
    assertSize(image);
    for (int c = 0; c < 3; c++) {
      assertThat(level(image, WIDTH - 1, 5, c)).isCloseTo(255, within(0.01));
    }
    assertThat(level(image, 11, 5, 0)).isCloseTo(110, within(0.01));
  }

  @Test
  void lossyWebpIsReadNearly() throws IOException {
    Image image = read(webp("lossy"));
    assertSize(image);
    double off = 0;
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        off += Math.abs(level(image, x, y, 0) - 10 * x) + Math.abs(level(image, x, y, 1) - 15 * y);
      }
    }
    assertThat(off / (2 * WIDTH * HEIGHT)).isLessThan(8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lossless", "lossy", "transparent"})
  void damagedWebpIsRefused(String name) throws IOException {
    byte[] whole = webp(name);
    for (int length = 12; length < whole.length - 2; length += 3) {
      assertThat(assertRefused(Arrays.copyOf(whole, length))).contains("(expected: ");
    }
  }

  /** The canvas is small, and the frame in it as large as the format allows. */
  @Test
  void aFrameThatIsTooLargeIsRefusedByItsHeader() throws IOException {
    byte[] lossy = webp("lossy");
    byte[] frame = Arrays.copyOfRange(lossy, 12, lossy.length);
    ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(14, 0x3fff3fff);
    byte[] chunk = {'V', 'P', '8', 'X', 10, 0, 0, 0, 0, 0, 0, 0, 23, 0, 0, 15, 0, 0};
    var file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {'R', 'I', 'F', 'F'});
    file.writeBytes(
        ByteBuffer.allocate(4)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(4 + chunk.length + frame.length)
            .array());
    file.writeBytes(new byte[] {'W', 'E', 'B', 'P'});
    file.writeBytes(chunk);
    file.writeBytes(frame);
    assertThat(assertRefused(file.toByteArray()))
        .contains("a frame of 268402689 pixels (expected: at most 4194304)");
  }

  private String assertRefused(byte[] file) {
    Refusal refusal = Refusal.of(() -> server.blocking().generateImages(variation(file)));
    assertThat(refusal.code()).as(refusal.message()).isEqualTo(Code.INVALID_ARGUMENT);
    return refusal.message();
  }

  /** CMYK files from print shops, which Java's own reader does not support. */
  @Test
  void jpegInFourInksIsRead() throws IOException {
    var raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, WIDTH, HEIGHT, 4, null);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        raster.setPixel(
            x, y, new int[] {255, 0, 0, 255}); // 0 is all of cyan, magenta, yellow, black
      }
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var bytes = new ByteArrayOutputStream();
    try (var out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(new IIOImage(raster, null, null));
    } finally {
      writer.dispose();
    }
    byte[] plain = bytes.toByteArray();
    byte[] adobe = {
      (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };
    byte[] marked =
        Bytes.concat(Arrays.copyOf(plain, 2), adobe, Arrays.copyOfRange(plain, 2, plain.length));
    Image image = read(marked);
    assertSize(image);
    assertThat(level(image, 3, 3, 0)).isGreaterThan(150); // red
    assertThat(level(image, 3, 3, 2)).isLessThan(100);
  }
}
