package io.diffusion4j.plots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.continuous.GaussianMixture;
import io.diffusion4j.diffusion.continuous.GaussianMixture.Component;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.plots.ChartSeries.Point;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The charts of the reverse process and of the bound hold the formulas' numbers. */
class WayBackTest {
  private static final NoiseSchedule LINEAR = new LinearSchedule(1000);

  private static PosteriorPlots near(double... means) {
    var components =
        Arrays.stream(means)
            .mapToObj(mean -> new Component(1.0 / means.length, List.of(mean), 0.01))
            .toList();
    return new PosteriorPlots(new ForwardProcess(LINEAR), new GaussianMixture(components));
  }

  /** Largest difference between two curves of a chart. */
  private static double apart(Chart chart, int first, int second) {
    List<Point> a = chart.curves().get(first).points();
    List<Point> b = chart.curves().get(second).points();
    return IntStream.range(0, a.size())
        .mapToDouble(i -> Math.abs(a.get(i).y() - b.get(i).y()))
        .max()
        .orElseThrow();
  }

  private static double area(ChartSeries curve) {
    List<Point> points = curve.points();
    double step = points.get(1).x() - points.get(0).x();
    return step * points.stream().mapToDouble(Point::y).sum();
  }

  @ParameterizedTest
  @CsvSource({"390, 400, 0.1", "100, 400, 0.1", "300, 400, -0.7", "-1, 200, 0.3"})
  void everyCurveIsADensity(int s, int t, double xt) {
    for (ChartSeries curve : near(-1, 1).step(s, t, xt).curves()) {
      assertThat(area(curve)).as(curve.name()).isCloseTo(1, within(1e-3));
    }
  }

  /** For Gaussian data the reverse step is Gaussian however far a step leads. */
  @Test
  void theWayBackIsAGaussianForGaussianDataAndElseForSmallSteps() {
    assertThat(apart(near(0.3).step(10, 900, 0.5), 0, 1)).isLessThan(1e-4);
    assertThat(apart(near(-1, 1).step(399, 400, 0.1), 0, 1)).isLessThan(0.01);
    assertThat(apart(near(-1, 1).step(100, 400, 0.1), 0, 1)).isGreaterThan(0.3);
  }

  @Test
  void theWeightOfTheBoundIsThatOfTheFormula() {
    Chart chart = BoundPlots.weights(Map.of("linear", LINEAR));
    ChartSeries weights = chart.curves().get(0);
    assertThat(weights.points()).hasSize(999);
    for (int t : new int[] {1, 40, 999}) {
      double beta = LINEAR.beta(t);
      double posterior = beta * (1 - LINEAR.alphaBar(t - 1)) / (1 - LINEAR.alphaBar(t));
      double expected = beta * beta / (2 * posterior * (1 - beta) * (1 - LINEAR.alphaBar(t)));
      assertThat(weights.points().get(t - 1).y()).isCloseTo(expected, within(1e-9 * expected));
    }
    assertThat(chart.curves().get(1).points()).allMatch(point -> point.y() == 1);
  }

  @Test
  void measuredTermsAreInTheOrderOfTheirTimesteps() {
    Chart chart = BoundPlots.terms(Map.of("model", Map.of(9, 0.25, 0, 2.0, 4, 0.5)));
    assertThat(chart.curves().get(0).points())
        .containsExactly(new Point(0, 2), new Point(4, 0.5), new Point(9, 0.25));
  }

  @Test
  void aMatrixNeedsANumberForEachTextAndPicture() {
    var picture = new Rgb8(1, 1, new byte[3]);
    List<double[]> cosines = List.of(new double[] {0.5, 0.25});
    var drawing = new SimilarityMatrix(List.of("a text"), List.of(picture, picture), cosines);
    assertThat(drawing.width()).isGreaterThan(drawing.height() / 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SimilarityMatrix(List.of("a", "b"), List.of(picture), cosines))
        .withMessageStartingWith("cosines: 1");
  }
}
