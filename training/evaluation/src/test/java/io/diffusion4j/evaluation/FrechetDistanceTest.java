package io.diffusion4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where the formula has a closed form. */
class FrechetDistanceTest {
  private static final int DIM = 12;

  private final List<float[]> set = gaussian(200, 1);
  private final FrechetDistance distance = new FrechetDistance(set);

  private static List<float[]> gaussian(int count, long seed) {
    var random = new SplittableRandom(seed);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              float[] row = new float[DIM];
              for (int j = 0; j < DIM; j++) {
                row[j] = (float) ((j + 1) * random.nextGaussian() + (j == 0 ? 0 : row[j - 1]));
              }
              return row;
            })
        .toList();
  }

  private static List<float[]> map(List<float[]> rows, double factor, double shift) {
    return rows.stream()
        .map(
            row -> {
              float[] changed = new float[DIM];
              for (int j = 0; j < DIM; j++) {
                changed[j] = (float) (factor * row[j] + shift);
              }
              return changed;
            })
        .toList();
  }

  @Test
  void aSetIsNowhereButAtItself() {
    assertThat(distance.to(set)).isCloseTo(0, within(1e-6));
    assertThat(distance.to(gaussian(200, 2))).isGreaterThan(1);
  }

  @Test
  void aShiftCountsItsSquare() {
    assertThat(distance.to(map(set, 1, 3))).isCloseTo(9 * DIM, within(1e-3));
  }

  /** With C₂ = 4·C₁: tr(C₁ + 4·C₁ − 2·2·C₁) = tr C₁, beside the means. */
  @Test
  void aStretchCountsItsVariance() {
    double trace = 0;
    double means = 0;
    for (int j = 0; j < DIM; j++) {
      int column = j;
      double mean = set.stream().mapToDouble(row -> row[column]).average().orElseThrow();
      trace +=
          set.stream().mapToDouble(row -> (row[column] - mean) * (row[column] - mean)).sum()
              / (set.size() - 1);
      means += mean * mean;
    }
    assertThat(distance.to(map(set, 2, 0))).isCloseTo(trace + means, within(1e-3 * trace));
  }

  @Test
  void itIsTheSameBothWays() {
    List<float[]> other = map(gaussian(150, 3), 0.5, 1);
    assertThat(new FrechetDistance(other).to(set)).isCloseTo(distance.to(other), within(1e-6));
  }

  /** Fewer vectors than axes: the covariance has no inverse, and needs none. */
  @Test
  void fewVectorsAreEnough() {
    assertThat(distance.to(gaussian(4, 4))).isPositive().isFinite();
  }

  @Test
  void oneVectorIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> distance.to(set.subList(0, 1)))
        .withMessage("vectors: 1 (expected: at least two)");
  }
}
