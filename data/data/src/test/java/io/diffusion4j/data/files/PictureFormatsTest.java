package io.diffusion4j.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures as browsers and cameras write them, and as attackers do. */
class PictureFormatsTest {
  @TempDir Path folder = Path.of("");

  private Image read(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
    try (var set = PictureFiles.open("data", List.of(folder.toString()), Columns.DEFAULT)) {
      return set.image(0);
    }
  }

  private static void assertColour(Image image, int x, int y, int rgb, double tolerance) {
    for (int c = 0; c < 3; c++) {
      double expected = ((rgb >> (16 - 8 * c)) & 0xff) / 127.5 - 1;
      assertThat((double) image.pixels()[(y * image.width() + x) * 3 + c])
          .as("channel %d at (%d, %d)", c, x, y)
          .isCloseTo(expected, within(tolerance));
    }
  }

  /** Written by libwebp: 16×12, the left half #2040c0 and the right half #e0e020. */
  @ParameterizedTest
  @CsvSource({
    "UklGRioAAABXRUJQVlA4TB0AAAAvD8ACAA9wMPADgR8EdP5jCWLBZP7SvSFE9D9yAQA=, 0.001",
    "UklGRkIAAABXRUJQVlA4IDYAAACwAQCdASoQAAwAAMASJaACdLoABj2AAP7K9//6RRl/9Pq//DZv/p9X/w2b/"
        + "6MPaX/hh2cAAAA=, 0.06",
  })
  void webpIsReadLosslessAndLossy(String base64, double tolerance) throws IOException {
    Image image = read("a.webp", Base64.getDecoder().decode(base64));
    assertThat(image.width()).isEqualTo(16);
    assertThat(image.height()).isEqualTo(12);
    assertColour(image, 2, 6, 0x2040c0, tolerance);
    assertColour(image, 13, 6, 0xe0e020, tolerance);
  }

  /** Written by libwebp: 8×6, the left half opaque red, the right half transparent green. */
  @ParameterizedTest
  @CsvSource({
    "UklGRiIAAABXRUJQVlA4TBYAAAAvB0ABEA8Q8x/zHwyAIBL895qI6H8I, 0.001",
    "UklGRn4AAABXRUJQVlA4WAoAAAAQAAAABwAABQAAQUxQSBEAAAABDzD/ERECIIgE/70mIvofAgBWUDggRgAAAJACAJ0B"
        + "KggABgAAwBIlqAJ0ugH0AUoCr/9wABwYAP76IZf/pR/B1yj6ol67nwdco/+6ivmf5kO7An2Kme/Mh3YE//KxAAA=,"
        + " 0.1",
  })
  void whatIsTransparentInWebpShowsWhite(String base64, double tolerance) throws IOException {
    Image image = read("a.webp", Base64.getDecoder().decode(base64));
    assertColour(image, 1, 3, 0xff0000, tolerance);
    assertColour(image, 6, 3, 0xffffff, 0.001);
  }

  @Test
  void aPhotographIsTurnedTheWayItsCameraWasHeld() throws IOException {
    var wide = new BufferedImage(32, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 512; i++) {
      wide.setRGB(i % 32, i / 32, i % 32 < 16 ? 0xff0000 : 0x0000ff);
    }
    var jpeg = new ByteArrayOutputStream();
    assertThat(ImageIO.write(wide, "jpg", jpeg)).isTrue();
    byte[] plain = jpeg.toByteArray();
    byte[] exif = // one entry of a directory: orientation 6, to be turned right by a quarter
        HexFormat.of()
            .parseHex("ffe100224578696600004d4d002a00000008000101120003000000010006000000000000");
    Image image =
        read(
            "a.jpg",
            ByteBuffer.allocate(plain.length + exif.length)
                .put(plain, 0, 2)
                .put(exif)
                .put(plain, 2, plain.length - 2)
                .array());
    assertThat(image.width()).isEqualTo(16);
    assertThat(image.height()).isEqualTo(32);
    assertColour(image, 8, 2, 0xff0000, 0.1); // what was left is above
    assertColour(image, 8, 29, 0x0000ff, 0.1);
  }

  @Test
  void aBombIsRefusedFromItsHeader() throws IOException {
    byte[] png = Png.encode(new Image(2, 2, new float[12]), Map.of());
    ByteBuffer bytes = ByteBuffer.wrap(png).putInt(16, 100_000).putInt(20, 100_000);
    var sum = new CRC32();
    sum.update(png, 12, 17);
    bytes.putInt(29, (int) sum.getValue());
    assertThatThrownBy(() -> read("bomb.png", png))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("bomb.png: image: 100000×100000 pixels (expected: at most 67108864)");
  }
}
