package io.diffusion4j.diffusion.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class Rgb8Test {
  @Test
  void everyLevelSurvivesTheRoundTrip() {
    byte[] levels = new byte[3 * 256];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) i;
    }
    var image = new Rgb8(256, 1, levels);
    assertThat(Rgb8.of(image.toImage()).pixels()).containsExactly(levels);
  }

  @Test
  void theEndsOfTheRangeAreBlackAndWhiteAndWhatIsBeyondIsClamped() {
    var image = new Image(2, 1, new float[] {-1, 1, -3, 7, Float.POSITIVE_INFINITY, 0});
    // 0 maps to 127.5, which rounds to the even 128.
    assertThat(Rgb8.of(image).pixels())
        .containsExactly((byte) 0, (byte) 255, (byte) 0, (byte) 255, (byte) 255, (byte) 128);
  }

  @Test
  void notANumberIsRefused() {
    var image = new Image(1, 1, new float[] {0, Float.NaN, 0});
    assertThatThrownBy(() -> Rgb8.of(image)).hasMessage("pixels[1]: NaN (expected: a number)");
  }
}
