package io.diffusion4j.benchmarks.samplers;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.benchmarks.samplers.SamplerConvergence.Measured;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.plots.Chart;
import io.diffusion4j.plots.ChartSeries;
import io.diffusion4j.unclip.UnclipModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SamplerConvergenceTest {
  private static final Path MODEL = Path.of("..", "..", "emoji", "model");

  @Test
  void samplersThatAddNoiseAreLeftOut() {
    assertThat(SamplerConvergence.deterministic())
        .contains("ddim", "dpmpp-2m", "heun")
        .doesNotContain("ddpm", "ddpm-small", "unclip", "euler-ancestral", "sde-dpmpp-2m")
        .allSatisfy(name -> assertThat(Samplers.standard().named(name)).isNotNull());
  }

  @Test
  void theReferenceIsAtDistanceZeroAndMoreStepsAreNearer() {
    try (var model = UnclipModel.load(MODEL, Compute.of(Precision.FLOAT32))) {
      var convergence = new SamplerConvergence(model, 12, 2);
      Measured same = convergence.measure(SamplerConvergence.REFERENCE, 12).orElseThrow();
      assertThat(same.distance()).isZero();
      assertThat(same.calls()).isEqualTo(12);
      assertThat(same.millis()).isPositive();
      double two = convergence.measure("ddim", 2).orElseThrow().distance();
      double eight = convergence.measure("ddim", 8).orElseThrow().distance();
      assertThat(eight).isPositive().isLessThan(two);
      assertThat(convergence.measure("heun", 3).orElseThrow().calls()).isEqualTo(5);
    }
  }

  @Test
  void aChartHasACurveForEachSampler() {
    Chart chart =
        SamplersBench.chart(
            List.of(
                new Measured("a", 2, 2, 0.5, 10),
                new Measured("a", 4, 4, 0.25, 20),
                new Measured("b", 2, 3, 0.125, 15)));
    assertThat(chart.y().isLogarithmic()).isTrue();
    assertThat(chart.curves()).extracting(ChartSeries::name).containsExactly("a", "b");
    assertThat(chart.curves().get(0).points())
        .containsExactly(new ChartSeries.Point(2, 0.5), new ChartSeries.Point(4, 0.25));
    assertThat(chart.curves().get(1).points()).containsExactly(new ChartSeries.Point(3, 0.125));
  }
}
