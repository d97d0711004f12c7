package io.diffusion4j.unclip.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of texts and pictures stay, and the axes become uncorrelated, by falling variance. */
class PrincipalAxesTest {
  private static final int SIZE = 6;
  private static final int WIDTH = 9;

  private final SplittableRandom random = new SplittableRandom(5);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 100})
  void productsStayAndAxesAreUncorrelated(int pictures) {
    var weights =
        new TensorMap()
            .put("text_projection.weight", new long[] {SIZE, WIDTH}, values(SIZE * WIDTH))
            .put("visual_projection.weight", new long[] {SIZE, WIDTH}, values(SIZE * WIDTH))
            .put("logit_scale", new long[0], new float[] {2});
    var hidden = Stream.generate(() -> values(WIDTH)).limit(pictures).toList();
    var text = values(WIDTH);
    TensorSource rotated = PrincipalAxes.rotate(weights, embeddings(weights, hidden));

    assertThat(rotated.names()).containsExactlyInAnyOrderElementsOf(weights.names());
    assertThat(rotated.read("logit_scale")).containsExactly(2);
    double[] before = projected(weights, "text_projection.weight", text);
    double[] after = projected(rotated, "text_projection.weight", text);
    List<float[]> was = embeddings(weights, hidden);
    List<float[]> is = embeddings(rotated, hidden);
    for (int i = 0; i < pictures; i++) {
      assertThat(dot(after, is.get(i))).isCloseTo(dot(before, was.get(i)), within(1e-4));
    }
    double largest = covariance(is, 0, 0);
    for (int a = 0; a < SIZE; a++) {
      for (int b = 0; b < a; b++) {
        assertThat(covariance(is, a, b)).isCloseTo(0, within(1e-5 * largest + 1e-12));
      }
      assertThat(covariance(is, a, a))
          .isLessThanOrEqualTo(covariance(is, Math.max(0, a - 1), Math.max(0, a - 1)) + 1e-5);
    }
  }

  private float[] values(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private static List<float[]> embeddings(TensorSource weights, List<float[]> hidden) {
    return hidden.stream()
        .map(
            state -> {
              double[] exact = projected(weights, "visual_projection.weight", state);
              float[] z = new float[SIZE];
              for (int i = 0; i < SIZE; i++) {
                z[i] = (float) exact[i];
              }
              return z;
            })
        .toList();
  }

  private static double[] projected(TensorSource weights, String name, float[] state) {
    float[] matrix = weights.read(name);
    return IntStream.range(0, SIZE)
        .mapToDouble(
            row ->
                IntStream.range(0, WIDTH)
                    .mapToDouble(c -> matrix[row * WIDTH + c] * state[c])
                    .sum())
        .toArray();
  }

  private static double dot(double[] a, float[] b) {
    return IntStream.range(0, SIZE).mapToDouble(i -> a[i] * b[i]).sum();
  }

  private static double covariance(List<float[]> z, int a, int b) {
    double meanA = z.stream().mapToDouble(one -> one[a]).average().orElseThrow();
    double meanB = z.stream().mapToDouble(one -> one[b]).average().orElseThrow();
    return z.stream()
        .mapToDouble(one -> (one[a] - meanA) * (one[b] - meanB))
        .average()
        .orElseThrow();
  }
}
