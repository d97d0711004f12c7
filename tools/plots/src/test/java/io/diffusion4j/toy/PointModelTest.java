package io.diffusion4j.toy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.continuous.GaussianMixture;
import io.diffusion4j.diffusion.continuous.VpSde;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.solver.Samplers;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A network that learned a mixture of Gaussians, whose score is known. */
@Tag("slow")
class PointModelTest {
  private static final NoiseSchedule SCHEDULE = new LinearSchedule(1000);

  private static PointModel model;

  @BeforeAll
  static void train() {
    model =
        new PointTraining(PointSet.standard().named("mixture"), SCHEDULE, 800, 1)
            .train((step, loss) -> assertThat(loss).isFinite());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 300, 600})
  void theScoreThatIsLearnedIsThatOfTheMixture(int t) {
    GaussianMixture exact =
        PointSet.MIXTURE.at(VpSde.limitOf(SCHEDULE), (t + 1.0) / SCHEDULE.steps());
    var random = new SplittableRandom(t);
    List<double[]> points = Stream.generate(() -> PointSet.of(exact, random)).limit(400).toList();
    List<double[]> learned = model.scores(points, t);
    double error = 0;
    double size = 0;
    for (int i = 0; i < points.size(); i++) {
      double[] score = exact.score(points.get(i));
      for (int k = 0; k < 2; k++) {
        error += (learned.get(i)[k] - score[k]) * (learned.get(i)[k] - score[k]);
        size += score[k] * score[k];
      }
    }
    assertThat(error / size).isLessThan(0.05);
  }

  static Stream<String> samplers() {
    return Stream.of("ddpm-small", "ddim", "heun", "ode-rk4", "sde-reverse-diffusion", "sde-pc");
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void eachComponentGetsItsShareOfTheSamples(String sampler) {
    int count = 600;
    List<List<double[]>> ways = model.sample(Samplers.standard().named(sampler), 50, count, 3);
    double[] shares = new double[PointSet.MIXTURE.components().size()];
    for (List<double[]> way : ways) {
      shares[nearest(way.get(way.size() - 1))] += 1.0 / count;
    }
    for (int k = 0; k < shares.length; k++) {
      double weight = PointSet.MIXTURE.components().get(k).weight();
      assertThat(shares[k]).isCloseTo(weight, within(0.1));
    }
  }

  private static int nearest(double[] point) {
    int nearest = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int k = 0; k < PointSet.MIXTURE.components().size(); k++) {
      List<Double> mean = PointSet.MIXTURE.components().get(k).mean();
      double distance = Math.hypot(point[0] - mean.get(0), point[1] - mean.get(1));
      if (distance < least) {
        nearest = k;
        least = distance;
      }
    }
    assertThat(least).isLessThan(1.5);
    return nearest;
  }

  @Test
  void aWayHasTheStartAndWhatEachCallLedTo() {
    List<List<double[]>> ways = model.sample(Samplers.standard().named("heun"), 4, 2, 3);
    assertThat(ways).hasSize(2).allSatisfy(way -> assertThat(way).hasSize(8));
  }

  static Stream<String> sets() {
    return PointSet.standard().names().stream();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void theSetsHaveMeanNearZeroAndADeviationNearOne(String name) {
    var random = new SplittableRandom(5);
    int count = 2000;
    for (int k = 0; k < 2; k++) {
      double mean = 0;
      double square = 0;
      for (int i = 0; i < count; i++) {
        double value = PointSet.standard().named(name).draw(random)[k];
        mean += value / count;
        square += value * value / count;
      }
      assertThat(mean).isCloseTo(0, within(0.3));
      assertThat(Math.sqrt(square)).isBetween(0.6, 1.3);
    }
  }

  @Test
  void badInputGetsOneClearError() {
    assertThatThrownBy(() -> new PointTraining(random -> new double[2], SCHEDULE, 0, 1))
        .hasMessage("steps: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> PointSet.standard().named("trex"))
        .hasMessage("points: trex (expected: one of dino, mixture, moons, spiral)");
  }
}
