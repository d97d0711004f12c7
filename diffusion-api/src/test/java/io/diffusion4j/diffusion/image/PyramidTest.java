package io.diffusion4j.diffusion.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.noise.PhiloxNoise;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PyramidTest {
  private static Image random(int side) {
    float[] pixels = new PhiloxNoise(1, 0).gaussian("pixels", 0, 3 * side * side);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(-1, Math.min(1, pixels[i]));
    }
    return new Image(side, side, pixels);
  }

  @Test
  void atItsOwnSizeItIsTheImage() {
    Image image = random(8);
    assertThat(new Pyramid(image).level(8)).isEqualTo(image.pixels());
    assertThat(new Pyramid(image).levelOfRow(192)).isEqualTo(image.pixels());
  }

  @Test
  void aReducedPixelIsTheMeanOfThoseItCovers() {
    Image image = random(8);
    float[] quarter = new Pyramid(image).level(2);
    double sum = 0;
    for (int y = 4; y < 8; y++) {
      for (int x = 0; x < 4; x++) {
        sum += image.pixels()[3 * (y * 8 + x) + 1];
      }
    }
    assertThat(quarter[3 * 2 + 1]).isCloseTo((float) (sum / 16), within(1e-6f));
  }

  @Test
  void anEnlargedImageStaysInTheRange() {
    float[] large = new Pyramid(random(8)).level(32);
    assertThat(large).hasSize(3 * 32 * 32);
    for (float value : large) {
      assertThat(value).isBetween(-1f, 1f);
    }
    float[] white = new float[3 * 4];
    Arrays.fill(white, 1);
    float[] more = new float[3 * 25];
    Arrays.fill(more, 1);
    assertThat(new Pyramid(new Image(2, 2, white)).level(5)).containsExactly(more, within(1e-6f));
  }

  @Test
  void whatIsNotSquareIsRefused() {
    assertThatThrownBy(() -> new Pyramid(new Image(1, 2, new float[6])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("image: 1×2 (expected: a square image)");
    assertThatThrownBy(() -> new Pyramid(random(2)).levelOfRow(6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rowSize: 6 (expected: 3·side², the values of a square image)");
  }
}
