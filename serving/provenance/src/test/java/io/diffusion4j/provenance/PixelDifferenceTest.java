package io.diffusion4j.provenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.image.Rgb8;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How replay distinguishes rounding from another picture. */
final class PixelDifferenceTest {
  private static final int SIDE = 16;

  @ParameterizedTest
  @CsvSource({
    "0, 0, true, true",
    "1, 768, false, true",
    "10, 768, false, false",
    "32, 1, false, true",
    "33, 1, false, false"
  })
  void roundingIsADifferenceOfFewLevels(int most, int values, boolean isNone, boolean isRounding) {
    var difference = PixelDifference.between(picture(0, 0), picture(most, values));
    assertThat(difference.values()).isEqualTo(values);
    assertThat(difference.most()).isEqualTo(most);
    assertThat(difference.isNone()).isEqualTo(isNone);
    assertThat(difference.isRounding()).isEqualTo(isRounding);
  }

  /** Returns a grey picture, the first values of which are brighter. */
  private static Rgb8 picture(int change, int values) {
    byte[] pixels = new byte[3 * SIDE * SIDE];
    Arrays.fill(pixels, (byte) 100);
    Arrays.fill(pixels, 0, values, (byte) (100 + change));
    return new Rgb8(SIDE, SIDE, pixels);
  }
}
