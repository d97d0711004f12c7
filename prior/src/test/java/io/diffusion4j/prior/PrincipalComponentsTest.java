package io.diffusion4j.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrincipalComponentsTest {
  @ParameterizedTest
  @CsvSource({"50, 128", "100, 256", "300, 64"})
  void fewerEmbeddingsThanDimensionsAreRestoredToo(int count, int size) {
    List<float[]> embeddings = gaussian(count, size);
    var components = PrincipalComponents.of(embeddings, Math.min(count - 1, size));
    for (float[] z : embeddings) {
      assertThat(components.restore(components.project(z))).containsExactly(z, within(1e-4f));
    }
  }

  @ParameterizedTest
  @CsvSource({"50, 128, 128", "300, 64, 20"})
  void directionsAreOrthonormalAndByDecreasingVariance(int count, int size, int k) {
    List<float[]> embeddings = gaussian(count, size);
    var components = PrincipalComponents.of(embeddings, k);
    double before = Double.POSITIVE_INFINITY;
    for (int i = 0; i < k; i++) {
      for (int j = 0; j <= i; j++) {
        assertThat(product(components.directions(), i, j, size))
            .isCloseTo(i == j ? 1 : 0, within(1e-5));
      }
      int axis = i;
      double variance =
          embeddings.stream().mapToDouble(z -> components.project(z)[axis]).map(x -> x * x).sum();
      assertThat(variance).isLessThanOrEqualTo(before * (1 + 1e-6) + 1e-9);
      before = variance;
    }
  }

  @Test
  void withoutComponentsOnlyTheMeanIsLeft() {
    List<float[]> embeddings = gaussian(10, 4);
    var components = PrincipalComponents.of(embeddings, 4);
    assertThat(components.restore(new double[4])).isEqualTo(components.mean());
  }

  /** Embeddings whose axes have different variances. */
  private static List<float[]> gaussian(int count, int size) {
    var random = new Random(3);
    return IntStream.range(0, count)
        .mapToObj(
            n -> {
              float[] z = new float[size];
              for (int i = 0; i < size; i++) {
                z[i] = (float) (random.nextGaussian() * (1 + i % 7));
              }
              return z;
            })
        .toList();
  }

  private static double product(float[] directions, int i, int j, int size) {
    return IntStream.range(0, size)
        .mapToDouble(x -> (double) directions[i * size + x] * directions[j * size + x])
        .sum();
  }
}
