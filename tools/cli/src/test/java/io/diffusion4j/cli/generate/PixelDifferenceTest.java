package io.diffusion4j.cli.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.generate.ReplayCommand.PixelDifference;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
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
  void roundingIsADifferenceOfFewLevels(int most, int values, boolean isNone, boolean isRounding)
      throws IOException {
    var difference = PixelDifference.between(picture(0, 0), picture(most, values));
    assertThat(difference.values()).isEqualTo(values);
    assertThat(difference.most()).isEqualTo(most);
    assertThat(difference.isNone()).isEqualTo(isNone);
    assertThat(difference.isRounding()).isEqualTo(isRounding);
  }

  /** Returns a grey picture, the first values of which are brighter. */
  private static byte[] picture(int change, int values) {
    float[] pixels = new float[3 * SIDE * SIDE];
    Arrays.fill(pixels, 100 / 127.5f - 1);
    Arrays.fill(pixels, 0, values, (100 + change) / 127.5f - 1);
    return Png.encode(new Image(SIDE, SIDE, pixels), Map.of());
  }
}
