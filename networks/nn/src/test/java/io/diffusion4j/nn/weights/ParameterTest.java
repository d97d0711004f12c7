package io.diffusion4j.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How parameters lie in memory and what they are before training. */
class ParameterTest {
  private static final long[] CONV = {3, 2, 4, 5};
  private static final long[] LINEAR = {60, 2};

  @ParameterizedTest
  @EnumSource
  void toTheGraphAndBackIsTheSame(Layout layout) {
    long[] shape = layout == Layout.CONV ? CONV : LINEAR;
    float[] values = count(120);
    assertThat(layout.toCheckpoint(layout.toGraph(values, shape), shape)).isEqualTo(count(120));
    assertThat(layout.toGraph(layout.toCheckpoint(values, shape), shape)).isEqualTo(count(120));
  }

  @Test
  void aConvolutionsOihwIsHwioInTheGraph() {
    assertThat(Layout.CONV.graphShape(CONV)).containsExactly(4, 5, 2, 3);
    float[] graph = Layout.CONV.toGraph(count(120), CONV);
    int o = 2;
    int i = 1;
    int h = 3;
    int w = 4;
    assertThat(graph[((h * 5 + w) * 2 + i) * 3 + o]).isEqualTo(((o * 2 + i) * 4 + h) * 5 + w);
  }

  @Test
  void aDenseLayersOutByInIsInByOutInTheGraph() {
    assertThat(Layout.LINEAR.graphShape(new long[] {3, 2})).containsExactly(2, 3);
    assertThat(Layout.LINEAR.toGraph(count(6), new long[] {3, 2}))
        .containsExactly(0, 2, 4, 1, 3, 5);
  }

  @Test
  void fanInIsUniformWithinOneOverTheRootOfTheInputs() {
    float[] values = Init.FAN_IN.values(new long[] {400, 4, 5, 5}, new SplittableRandom(1));
    double bound = 0.1;
    assertThat(values).hasSize(40_000);
    assertThat(stream(values).max().orElseThrow()).isBetween(0.999 * bound, bound);
    assertThat(stream(values).min().orElseThrow()).isBetween(-bound, -0.999 * bound);
    assertThat(stream(values).average().orElseThrow()).isCloseTo(0, within(0.02 * bound));
    assertThat(variance(values)).isCloseTo(bound * bound / 3, within(0.03 * bound * bound));
  }

  @Test
  void normalHasItsStandardDeviation() {
    float[] values = Init.normal(0.02).values(new long[] {200, 200}, new SplittableRandom(1));
    assertThat(stream(values).average().orElseThrow()).isCloseTo(0, within(0.0004));
    assertThat(Math.sqrt(variance(values))).isCloseTo(0.02, within(0.0004));
  }

  @Test
  void theSameGeneratorGivesTheSameValues() {
    long[] shape = {7, 3};
    assertThat(Init.FAN_IN.values(shape, new SplittableRandom(5)))
        .isEqualTo(Init.FAN_IN.values(shape, new SplittableRandom(5)))
        .isNotEqualTo(Init.FAN_IN.values(shape, new SplittableRandom(6)));
  }

  @Test
  void gainsBeginAtOneAndShiftsAtZero() {
    var random = new SplittableRandom(1);
    assertThat(Init.ONES.values(new long[] {3}, random)).containsExactly(1, 1, 1);
    assertThat(Init.ZEROS.values(new long[] {2}, random)).containsExactly(0, 0);
    assertThat(Init.constant(2.5).values(new long[] {}, random)).containsExactly(2.5f);
  }

  private static float[] count(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = i;
    }
    return values;
  }

  private static java.util.stream.DoubleStream stream(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]);
  }

  private static double variance(float[] values) {
    double[] doubles = stream(values).toArray();
    double mean = Arrays.stream(doubles).average().orElseThrow();
    return Arrays.stream(doubles).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
  }
}
