package io.diffusion4j.provenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.image.CompressedFormat;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.provenance.Watermark.BinomialTail;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatermarkTest {
  private static final Watermark WATERMARK = watermark(1);

  @TempDir private Path folder = Path.of("");

  private static Watermark watermark(int key) {
    return new Watermark(WatermarkKey.of(ByteBuffer.allocate(32).putInt(key).array()));
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 100, 128, 200})
  void aMarkIsFoundByItsKeyOnly(int side) {
    Image image = Pictures.drawn(side, side);
    Image marked = WATERMARK.embed(image);
    assertThat(WATERMARK.detect(marked).isFound()).isTrue();
    assertThat(WATERMARK.detect(image).isFound()).isFalse();
    assertThat(watermark(2).detect(marked).isFound()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 200})
  void aMarkSurvivesCompressionScalingCroppingAndDarkening(int side) throws IOException {
    Image marked = WATERMARK.embed(Pictures.drawn(side, 7));
    Image compressed = ImageFiles.read(CompressedFormat.JPEG.encode(marked, 0.8), 1 << 20);
    assertThat(WATERMARK.detect(compressed).isFound()).isTrue();
    Image half = Resize.bicubic(marked, side / 2, side / 2);
    assertThat(WATERMARK.detect(Resize.bicubic(half, side, side)).isFound()).isTrue();
    assertThat(WATERMARK.detect(cropped(marked, side / 10)).isFound()).isTrue();
    float[] darker = marked.pixels().clone();
    for (int i = 0; i < darker.length; i++) {
      darker[i] = 0.9f * (darker[i] + 1) - 1;
    }
    assertThat(WATERMARK.detect(new Image(side, side, darker)).isFound()).isTrue();
  }

  @Test
  void aMarkIsHardToSee() {
    Image image = Pictures.drawn(128, 5);
    byte[] before = Rgb8.of(image).pixels();
    byte[] after = Rgb8.of(WATERMARK.embed(image)).pixels();
    double sum = 0;
    for (int i = 0; i < before.length; i++) {
      sum += Math.pow((before[i] & 0xff) - (after[i] & 0xff), 2);
    }
    assertThat(10 * Math.log10(255 * 255 * before.length / sum)).isGreaterThan(38); // dB
  }

  /** Of such a picture 93 % is clipped to white, and carries no mark then. */
  @Test
  void aMarkOnWhiteIsFoundInABrighterPicture() {
    int side = 128;
    float[] pixels = Pictures.drawn(side, 5).pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      int x = i / 3 % side;
      int y = i / 3 / side;
      boolean inside = Math.hypot(x - side / 2.0, y - side / 2.0) < side / 6.5;
      pixels[i] = inside ? 0.6f * pixels[i] - 0.2f : 1;
    }
    Image marked = WATERMARK.embed(new Image(side, side, pixels));
    float[] brighter = marked.pixels().clone();
    for (int i = 0; i < brighter.length; i++) {
      brighter[i] = Math.min(1, (brighter[i] + 1) * 1.1f - 1);
    }
    assertThat(WATERMARK.detect(new Image(side, side, brighter)).isFound()).isTrue();
    assertThat(WATERMARK.detect(marked).isFound()).isTrue();
  }

  @Test
  void equalPicturesAreMarkedEqually() {
    Image image = Pictures.drawn(64, 2);
    assertThat(WATERMARK.embed(image).pixels()).isEqualTo(WATERMARK.embed(image).pixels());
  }

  /** What the bound promises holds for noise, gradients and flat pictures too. */
  @Test
  void unmarkedPicturesRaiseNoAlarm() {
    var random = new Random(3);
    for (int trial = 0; trial < 40; trial++) {
      float[] pixels = new float[3 * 64 * 64];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] =
            switch (trial % 4) {
              case 0 -> random.nextFloat() * 2 - 1;
              case 1 -> (i / 3 % 64) / 32f - 1;
              case 2 -> trial / 40f;
              default -> (i / 3 / 8 + i / 3 / 512) % 2;
            };
      }
      Detection found = watermark(trial).detect(new Image(64, 64, pixels));
      assertThat(found.isFound()).isFalse();
    }
  }

  @Test
  void theTailIsThatOfTheBinomialDistribution() {
    assertThat(BinomialTail.atLeast(0, 10)).isCloseTo(1, within(1e-12));
    assertThat(BinomialTail.atLeast(9, 10)).isCloseTo(11 / 1024.0, within(1e-15));
    assertThat(BinomialTail.atLeast(540, 540)).isCloseTo(Math.pow(2, -540), within(1e-170));
    assertThat(BinomialTail.atLeast(271, 540)).isBetween(0.45, 0.5);
  }

  /** Over keys, the share of equal signs is that of fair coins, whatever the picture shows. */
  @Test
  void agreementOfUnmarkedPicturesIsBinomial() {
    double[] coefficients = Tile.transform(Tile.fold(Rgb8.of(Pictures.drawn(128, 9))));
    int keys = 2000;
    double sum = 0;
    double squares = 0;
    for (int key = 0; key < keys; key++) {
      byte[] signs =
          WatermarkKey.of(ByteBuffer.allocate(32).putInt(key).array()).signs(coefficients.length);
      double agreeing = Tile.agreeing(coefficients, signs, 5, 9);
      sum += agreeing;
      squares += agreeing * agreeing;
    }
    double mean = sum / keys;
    double n = coefficients.length;
    assertThat(mean).isCloseTo(n / 2, within(4 * Math.sqrt(n / 4 / keys)));
    assertThat(squares / keys - mean * mean).isCloseTo(n / 4, within(n / 4 * 0.15));
  }

  @Test
  void aTileIsTheInverseOfItsTransform() {
    double[] coefficients = new double[Tile.coefficients()];
    var random = new Random(1);
    for (int i = 0; i < coefficients.length; i++) {
      coefficients[i] = random.nextGaussian();
    }
    assertThat(Tile.transform(Tile.inverse(coefficients)))
        .containsExactly(coefficients, within(1e-9));
  }

  @Test
  void keysAreReadAsWrittenAndSmallPicturesRefused() throws IOException {
    Path file = folder.resolve("watermark.key");
    Image marked = new Watermark(WatermarkKey.create(file)).embed(Pictures.drawn(64, 1));
    assertThat(new Watermark(WatermarkKey.read(file)).detect(marked).isFound()).isTrue();
    assertThatThrownBy(() -> WATERMARK.embed(Pictures.drawn(63, 1)))
        .hasMessage("watermark: for 63×63 pixels (expected: at least 64×64)");
  }

  private static Image cropped(Image image, int margin) {
    int width = image.width() - margin;
    int height = image.height() - margin;
    float[] pixels = new float[3 * width * height];
    for (int y = 0; y < height; y++) {
      int from = 3 * ((y + margin) * image.width() + margin);
      System.arraycopy(image.pixels(), from, pixels, 3 * y * width, 3 * width);
    }
    return new Image(width, height, pixels);
  }
}
