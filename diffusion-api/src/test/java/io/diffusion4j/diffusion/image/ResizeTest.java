package io.diffusion4j.diffusion.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResizeTest {
  /**
   * A few units in the last place of values near 4, as PyTorch sums in float32 and this library in
   * float64.
   */
  private static final float TOLERANCE = 2e-6f;

  /** Each output is named after the method, {@code out.bicubic_x4}, and its shape is the size. */
  @GoldenTest(GoldenKind.RESIZE)
  void everyMethodAgreesWithPyTorch(GoldenCase resized) {
    GoldenTensors golden = resized.io();
    List<Image> images = images(golden, "in.x");
    for (String name : golden.names()) {
      if (name.startsWith("out.")) {
        List<Image> expected = images(golden, name);
        for (int i = 0; i < images.size(); i++) {
          Image actual =
              resize(name, images.get(i), expected.get(i).width(), expected.get(i).height());
          assertThat(actual.width()).isEqualTo(expected.get(i).width());
          assertThat(actual.height()).isEqualTo(expected.get(i).height());
          assertThat(actual.pixels())
              .as("%s, %d", name, i)
              .containsExactly(expected.get(i).pixels(), within(TOLERANCE));
        }
      }
    }
  }

  private static Image resize(String name, Image image, int width, int height) {
    return switch (name.replaceAll("^out\\.|_.*", "")) {
      case "bicubic" -> Resize.bicubic(image, width, height); // antialiased
      case "bilinear" -> Resize.bilinear(image, width, height);
      case "area" -> Resize.area(image, width, height);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static List<Image> images(GoldenTensors golden, String name) {
    int width = golden.size(name, 3);
    int height = golden.size(name, 2);
    float[] pixels = golden.image(name);
    int size = 3 * width * height;
    return IntStream.range(0, golden.size(name, 0))
        .mapToObj(
            i -> new Image(width, height, Arrays.copyOfRange(pixels, i * size, (i + 1) * size)))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"7,5", "31,2", "1,1", "64,40", "13,90"})
  void everyMethodKeepsAConstantImage(int width, int height) {
    float[] grey = new float[3 * 13 * 9];
    Arrays.fill(grey, 0.3f);
    Image image = new Image(13, 9, grey);
    float[] expected = new float[3 * width * height];
    Arrays.fill(expected, 0.3f);
    assertThat(Resize.bicubic(image, width, height).pixels())
        .containsExactly(expected, within(1e-6f));
    assertThat(Resize.bilinear(image, width, height).pixels())
        .containsExactly(expected, within(1e-6f));
    assertThat(Resize.area(image, width, height).pixels()).containsExactly(expected, within(1e-6f));

    byte[] level = new byte[3 * 13 * 9];
    Arrays.fill(level, (byte) 201);
    assertThat(Resize.bicubic(new Rgb8(13, 9, level), width, height).pixels())
        .containsOnly((byte) 201);
  }

  @Test
  void theSameSizeIsTheSameImage() {
    Image image = random(11, 8, 1).toImage();
    assertThat(Resize.bicubic(image, 11, 8).pixels()).containsExactly(image.pixels());
    assertThat(Resize.bilinear(image, 11, 8).pixels()).containsExactly(image.pixels());
    assertThat(Resize.area(image, 11, 8).pixels()).containsExactly(image.pixels());
    Rgb8 bytes = random(11, 8, 1);
    assertThat(Resize.bicubic(bytes, 11, 8).pixels()).containsExactly(bytes.pixels());
  }

  @Test
  void areaKeepsTheMean() {
    Image image = random(12, 10, 2).toImage();
    assertThat(mean(Resize.area(image, 5, 7))).isCloseTo(mean(image), within(1e-6));
    assertThat(mean(Resize.area(image, 17, 23))).isCloseTo(mean(image), within(1e-6));
  }

  private static double mean(Image image) {
    double sum = 0;
    for (float x : image.pixels()) {
      sum += x;
    }
    return sum / image.pixels().length;
  }

  @ParameterizedTest
  @CsvSource({"40,30,3,4,20,11", "9,7,0,0,9,7", "9,7,8,6,1,1", "60,80,59,0,1,80"})
  void aRegionIsThatRegionOfTheWhole(
      int width, int height, int left, int top, int regionWidth, int regionHeight) {
    Rgb8 image = random(23, 17, 3);
    Rgb8 whole = Resize.bicubic(image, width, height);
    Rgb8 region =
        Resize.bicubic(
            image, width, height, new Resize.Region(left, top, regionWidth, regionHeight));
    for (int y = 0; y < regionHeight; y++) {
      for (int i = 0; i < 3 * regionWidth; i++) {
        assertThat(region.pixels()[3 * y * regionWidth + i])
            .isEqualTo(whole.pixels()[3 * ((top + y) * width + left) + i]);
      }
    }
  }

  @Test
  void aRegionOfAnEndlessImageIsCheap() {
    Rgb8 thread = random(1, 10_000, 4);
    Rgb8 middle = Resize.bicubic(thread, 224, 2_240_000, new Resize.Region(0, 1_119_888, 224, 224));
    assertThat(middle.height()).isEqualTo(224);
  }

  @Test
  void badSizesAreNamed() {
    Image image = random(4, 4, 5).toImage();
    assertThatThrownBy(() -> Resize.area(image, 0, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("size: 0×3 (expected: ≥ 1×1)");
    assertThatThrownBy(() -> Resize.bicubic(random(4, 4, 5), 8, 8, new Resize.Region(5, 0, 4, 8)))
        .hasMessage("region: 4×8 at (5, 0) (expected: inside 8×8)");
  }

  private static Rgb8 random(int width, int height, long seed) {
    byte[] pixels = new byte[3 * width * height];
    new Random(seed).nextBytes(pixels);
    return new Rgb8(width, height, pixels);
  }

  /** Compares byte by byte. */
  @GoldenTest(GoldenKind.KANDINSKY_RESIZE)
  void pillowResizesPicturesAndMasksSo(GoldenCase golden) {
    var io = golden.io();
    for (int i = 0; io.has(i + ".in.image"); i++) {
      var image =
          new Rgb8(
              io.size(i + ".in.image", 1), io.size(i + ".in.image", 0), io.bytes(i + ".in.image"));
      int height = io.size(i + ".out.bicubic", 0);
      int width = io.size(i + ".out.bicubic", 1);
      assertThat(Resize.bicubic(image, width, height).pixels())
          .containsExactly(io.bytes(i + ".out.bicubic"));
      assertThat(Resize.reducedBicubic(image, width, height).pixels())
          .containsExactly(io.bytes(i + ".out.bicubic_gap1"));
      byte[] grey = io.bytes(i + ".in.mask");
      byte[] pixels = new byte[3 * grey.length];
      for (int p = 0; p < pixels.length; p++) {
        pixels[p] = grey[p / 3];
      }
      var mask = new Rgb8(io.size(i + ".in.mask", 1), io.size(i + ".in.mask", 0), pixels);
      byte[] resized = Resize.lanczos(mask, width, height).pixels();
      byte[] expected = io.bytes(i + ".out.mask_lanczos");
      for (int p = 0; p < resized.length; p++) {
        assertThat(resized[p]).isEqualTo(expected[p / 3]);
      }
    }
  }
}
