package io.diffusion4j.diffusion.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.sampling.Clipping;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrajectoryKernelsTest {
  private static final int SIZE = 3000;

  private final float[] a = new PhiloxNoise(1, 0).gaussian("a", 0, SIZE);
  private final float[] b = new PhiloxNoise(1, 0).gaussian("b", 0, SIZE);

  @ParameterizedTest
  @ValueSource(doubles = {0, 1 / 3.0, 1, 20291.17})
  void sumsOfTwoAreAsExactAsInDoubleEvenWhereTheyCancel(double factor) {
    float[] almost = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      almost[i] = (float) (a[i] + b[i] * 1e-4);
    }
    float[] to = new float[SIZE];
    TrajectoryKernels.mix(to, factor, a, -factor * 0.99999, almost, 0, SIZE);
    for (int i = 0; i < SIZE; i++) {
      double exact = factor * a[i] - factor * 0.99999 * almost[i];
      assertThat((double) to[i]).isCloseTo(exact, within(1.01 * Math.ulp((float) exact)));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 3, Double.POSITIVE_INFINITY})
  void aClippedSumIsTheSumClipped(double limit) {
    float[] sum = new float[SIZE];
    float[] clipped = new float[SIZE];
    TrajectoryKernels.mix(sum, 1.5, a, -0.7, b, 0, SIZE);
    TrajectoryKernels.mixClipped(clipped, 1.5, a, -0.7, b, (float) limit, 0, SIZE);
    new Clipping(limit).treat(sum);
    assertThat(clipped).isEqualTo(sum);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-3, 0.5, 2})
  void theExponentialIsRightToTwoMillionths(double slope) {
    float[] ones = new float[SIZE];
    Arrays.fill(ones, 1);
    float[] to = new float[SIZE];
    TrajectoryKernels.addExp(to, 0.01, slope, a, ones, 0, SIZE);
    for (int i = 0; i < SIZE; i++) {
      double exact = 0.01 * Math.exp(slope * a[i]);
      assertThat((double) to[i]).isCloseTo(exact, within(2e-6 * exact));
    }
  }

  @Test
  void anExponentThatIsNoNumberGivesNone() {
    float[] to = new float[3];
    float[] exponents = {Float.NaN, -1000, 1000};
    TrajectoryKernels.addExp(to, 1, 1, exponents, new float[] {1, 1, 1}, 0, 3);
    assertThat(to[0]).isNaN();
    assertThat(to[1]).isBetween(0f, 0x1p-50f);
    assertThat(to[2]).isGreaterThan(0x1p50f);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 17})
  void onlyThePartIsTouched(int start) {
    float[] to = b.clone();
    TrajectoryKernels.add(to, 0.3, a, start, start + 5);
    for (int i = 0; i < SIZE; i++) {
      boolean inside = i >= start && i < start + 5;
      double expected = inside ? b[i] + 0.3 * a[i] : b[i];
      assertThat((double) to[i]).isCloseTo(expected, within(4.0 * Math.ulp(1.0f)));
    }
  }
}
