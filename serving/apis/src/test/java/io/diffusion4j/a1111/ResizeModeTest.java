package io.diffusion4j.a1111;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.image.Image;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ResizeModeTest {
  /** Four vertical stripes of equal width, of the levels −0.6, −0.2, 0.2 and 0.6. */
  private static Image stripes(int width, int height) {
    float[] pixels = new float[3 * width * height];
    for (int i = 0; i < pixels.length; i++) {
      int stripe = 4 * (i / 3 % width) / width;
      pixels[i] = -0.6f + 0.4f * stripe;
    }
    return new Image(width, height, pixels);
  }

  private static float level(Image image, double x, double y) {
    int column = (int) (x * image.width());
    int row = (int) (y * image.height());
    return image.pixels()[3 * (row * image.width() + column)];
  }

  @ParameterizedTest
  @EnumSource
  void aPictureOfTheSizeStays(ResizeMode mode) {
    Image image = stripes(32, 16);
    assertThat(mode.apply(image, 32, 16).pixels()).isEqualTo(image.pixels());
  }

  /** The levels at 1/8, 3/8, 5/8 and 7/8 of the width; a half of 64×32 is cut off of two. */
  @ParameterizedTest
  @CsvSource({
    "STRETCH, -0.6, -0.2, 0.2, 0.6",
    "CROP, -0.2, -0.2, 0.2, 0.2",
    "FILL, -0.6, -0.2, 0.2, 0.6"
  })
  void aWidePictureBecomesASquare(ResizeMode mode, float a, float b, float c, float d) {
    Image square = mode.apply(stripes(64, 32), 48, 48);
    assertThat(square.width()).isEqualTo(48);
    assertThat(square.height()).isEqualTo(48);
    for (double y : new double[] {0.02, 0.5, 0.98}) {
      float[] levels = {
        level(square, 1 / 8.0, y),
        level(square, 3 / 8.0, y),
        level(square, 5 / 8.0, y),
        level(square, 7 / 8.0, y)
      };
      assertThat(levels).usingComparatorWithPrecision(0.05f).containsExactly(a, b, c, d);
    }
  }

  /** The first and the last stripe grow, as their pixels are repeated. */
  @Test
  void aSquareIsFilledAtItsSides() {
    Image wide = ResizeMode.FILL.apply(stripes(32, 32), 64, 32);
    assertThat(level(wide, 0.01, 0.5)).isEqualTo(-0.6f);
    assertThat(level(wide, 0.3, 0.5)).isEqualTo(-0.6f);
    assertThat(level(wide, 0.4, 0.5)).isEqualTo(-0.2f, within(1e-6f));
    assertThat(level(wide, 0.99, 0.5)).isEqualTo(0.6f, within(1e-6f));
  }

  /** Enlarged as a whole, such a picture would be larger than any memory. */
  @ParameterizedTest
  @EnumSource
  void thinPicturesTakeLittleMemory(ResizeMode mode) {
    for (Image thin : List.of(stripes(30_000, 1), stripes(1, 30_000), stripes(4, 300_000))) {
      Image square = mode.apply(thin, 512, 512);
      assertThat(square.width()).isEqualTo(512);
      assertThat(square.height()).isEqualTo(512);
    }
  }

  @ParameterizedTest
  @EnumSource
  void oddSizesAreReached(ResizeMode mode) {
    Image image = mode.apply(stripes(997, 3), 64, 101);
    assertThat(image.width()).isEqualTo(64);
    assertThat(image.height()).isEqualTo(101);
  }
}
