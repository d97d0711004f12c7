package io.diffusion4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.image.Image;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SsimTest {
  private static final int SIZE = 32;

  private static Image noise(long seed) {
    var random = new SplittableRandom(seed);
    float[] pixels = new float[3 * SIZE * SIZE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextDouble(-1, 1);
    }
    return new Image(SIZE, SIZE, pixels);
  }

  private static Image changed(Image image, float factor, float shift) {
    float[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = factor * pixels[i] + shift;
    }
    return new Image(SIZE, SIZE, pixels);
  }

  private static Image even(float level) {
    return changed(noise(1), 0, level);
  }

  @Test
  void equalImagesHaveOne() {
    assertThat(Ssim.of(noise(1), noise(1))).isCloseTo(1, within(1e-9));
  }

  @Test
  void unrelatedNoiseHasNearlyNone() {
    assertThat(Ssim.of(noise(1), noise(2))).isBetween(-0.1, 0.1);
  }

  /** Without variance the formula is (2ab + C₁)/(a² + b² + C₁), of levels counted from black. */
  @Test
  void evenImagesDifferByTheirMeans() {
    double a = 0.5;
    double b = 1.5;
    double expected = (2 * a * b + 4e-4) / (a * a + b * b + 4e-4);
    assertThat(Ssim.of(even(-0.5f), even(0.5f))).isCloseTo(expected, within(1e-6));
  }

  /** Half the contrast about the same mean: 2·½/(1 + ¼) of structure, nearly 1 of luminance. */
  @Test
  void lessContrastCosts() {
    assertThat(Ssim.of(noise(1), changed(noise(1), 0.5f, 0))).isCloseTo(0.8, within(0.03));
  }

  @Test
  void imagesThatCannotBeComparedAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ssim.of(noise(1), new Image(1, 1, new float[3])))
        .withMessage("image: 1×1 pixels (expected: 32×32)");
    var small = new Image(4, 4, new float[48]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ssim.of(small, small))
        .withMessage("image: 4×4 pixels (expected: at least 11×11)");
  }
}
