package io.diffusion4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.evaluation.Embedded.Named;
import io.diffusion4j.evaluation.SpaceMetrics.MeanDiscrepancy;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Embeddings in place of pictures: each caption is a direction, and a good picture is near it. */
class SpaceMetricsTest {
  private static final int N = 40;

  /** Vectors around those directions, by how far they scatter. */
  private static List<float[]> around(List<float[]> centres, double scatter, long seed) {
    var random = new SplittableRandom(seed);
    List<float[]> vectors = new ArrayList<>();
    for (float[] centre : centres) {
      float[] vector = new float[centre.length];
      for (int i = 0; i < vector.length; i++) {
        vector[i] =
            (float) (centre[i] + scatter * random.nextGaussian() / Math.sqrt(vector.length));
      }
      vectors.add(vector);
    }
    return vectors;
  }

  private static List<float[]> directions(int size) {
    List<float[]> zeros = IntStream.range(0, N).mapToObj(i -> new float[size]).toList();
    return around(zeros, 1, 1);
  }

  private static List<Named> named(String prefix, List<float[]> vectors) {
    return IntStream.range(0, vectors.size())
        .mapToObj(i -> new Named(prefix + i, vectors.get(i)))
        .toList();
  }

  private static List<Metric> measured(List<float[]> texts, List<float[]> generated) {
    List<Named> real = named("real", around(texts, 0.3, 2));
    List<float[]> flat = around(texts.stream().map(t -> new float[t.length]).toList(), 1, 9);
    return new SpaceMetrics(
            new Embedded(
                IntStream.range(0, N).mapToObj(i -> "caption " + i).toList(),
                texts,
                generated,
                real,
                around(texts, 0.3, 4),
                flat,
                real),
            5)
        .all();
  }

  private static Metric named(List<Metric> metrics, String name) {
    return metrics.stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 512}) // with fewer pictures than dimensions, too
  void goodPicturesAreNearTheCeilingAndOthersNearTheFloor(int size) {
    List<float[]> texts = directions(size);
    List<Metric> good = measured(texts, around(texts, 0.3, 3));
    List<Metric> bad = measured(texts, around(directions(size), 20, 6));
    for (String name : List.of("CLIP score", "retrieval, R@1", "retrieval, R@5")) {
      Metric metric = named(good, name);
      assertThat(metric.generated().value())
          .as(name)
          .isCloseTo(metric.ceiling().value(), within(0.1))
          .isGreaterThan(metric.floor().orElseThrow().value() + 0.3)
          .isBetween(metric.generated().low(), metric.generated().high());
      assertThat(named(bad, name).generated().value())
          .as(name)
          .isLessThan(metric.generated().value() - 0.3);
    }
    for (String name : List.of("Fréchet distance", "CMMD")) {
      Metric metric = named(good, name);
      assertThat(metric.generated().value())
          .as(name)
          .isLessThan(0.6 * metric.floor().orElseThrow().value())
          .isLessThan(0.6 * named(bad, name).generated().value());
    }
  }

  @Test
  void aModelThatRepeatsTrainingPicturesHasDistanceZero() {
    List<float[]> texts = directions(64);
    Metric repeated = named(measured(texts, around(texts, 0.3, 2)), "nearest training picture");
    assertThat(repeated.generated().value()).isCloseTo(0, within(1e-6));
    assertThat(repeated.ceiling().value()).isGreaterThan(0.3);
  }

  @Test
  void equalCaptionsAreNoMistake() {
    List<float[]> texts = directions(16);
    var embedded =
        new Embedded(
            IntStream.range(0, N).mapToObj(i -> "the same").toList(),
            texts,
            around(texts, 20, 3),
            named("real", texts),
            texts,
            texts,
            named("real", texts));
    Metric recall = named(new SpaceMetrics(embedded, 5).all(), "retrieval, R@1");
    assertThat(recall.generated().value()).isEqualTo(1);
  }

  @Test
  void aSetHasNoDiscrepancyToItself() {
    List<float[]> vectors = List.of(new float[] {1, 0}, new float[] {0.6f, 0.8f});
    var discrepancy = new MeanDiscrepancy(vectors);
    assertThat(discrepancy.to(vectors)).isCloseTo(0, within(1e-9));
    List<float[]> one = List.of(new float[] {1, 0});
    List<float[]> other = List.of(new float[] {0, 1});
    assertThat(new MeanDiscrepancy(one).to(other))
        .isCloseTo(1000 * (2 - 2 * Math.exp(-2 / 200.0)), within(1e-9));
  }

  @Test
  void countsThatDoNotFitAreRefused() {
    List<float[]> texts = directions(16);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Embedded(
                    List.of("one", "two"),
                    texts.subList(0, 2),
                    texts.subList(0, 3),
                    named("real", texts.subList(0, 2)),
                    texts,
                    texts.subList(0, 2),
                    named("real", texts)))
        .withMessage("generated: 3 values (expected: 2)");
  }
}
