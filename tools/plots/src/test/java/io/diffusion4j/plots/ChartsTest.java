package io.diffusion4j.plots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.plots.ChartSeries.Look;
import io.diffusion4j.plots.ChartSeries.Point;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A chart holds the numbers it is of. */
class ChartsTest {
  private static final NoiseSchedule COSINE = new CosineSchedule(100);
  private static final Timesteps FIVE = TimestepSpacings.UNCLIP.of(100, 5);

  private static ChartSeries curve(Chart chart, String name) {
    return chart.curves().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<String> names(Chart chart) {
    return chart.curves().stream().map(ChartSeries::name).toList();
  }

  @Test
  void aScheduleIsACurveAndASpacingIsMarksOnIt() {
    Map<String, NoiseSchedule> schedules = new LinkedHashMap<>();
    schedules.put("linear", new LinearSchedule(100));
    schedules.put("cosine", COSINE);
    Chart chart = new SchedulePlots(schedules, Map.of("unclip", FIVE)).alphaBar();
    assertThat(names(chart))
        .containsExactly("linear", "cosine", "linear, unclip", "cosine, unclip");
    assertThat(curve(chart, "cosine").points())
        .hasSize(100)
        .contains(new Point(42, COSINE.alphaBar(42)));
    assertThat(curve(chart, "cosine, unclip").points())
        .extracting(Point::x)
        .containsExactly(99.0, 74.0, 50.0, 25.0, 0.0);
    assertThat(curve(chart, "cosine, unclip").look().color())
        .isEqualTo(curve(chart, "cosine").look().color());
  }

  @Test
  void theSignalToNoiseRatioHasALogarithmicAxis() {
    Chart chart = new SchedulePlots(Map.of("cosine", COSINE), Map.of()).snr();
    assertThat(chart.y().isLogarithmic()).isTrue();
    double aBar = COSINE.alphaBar(7);
    assertThat(curve(chart, "cosine").points()).contains(new Point(7, aBar / (1 - aBar)));
  }

  static Stream<String> samplers() {
    return Samplers.standard().names().stream();
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void everyFactorThatIsNotZeroIsACurve(String name) {
    SamplingPlan plan = Samplers.standard().named(name).plan(COSINE, FIVE);
    List<Chart> charts = PlanPlots.of(Map.of(name, plan));
    assertThat(charts).hasSize(3);
    assertThat(curve(charts.get(0), name).points()).hasSize(plan.steps().size());
    Chart factors = charts.get(2);
    for (int i = 0; i < plan.steps().size(); i++) {
      var update = plan.steps().get(i).update();
      if (update.x0() != 0) {
        assertThat(curve(factors, "x0").points()).contains(new Point(i + 1, update.x0()));
      }
      for (var past : update.past()) {
        assertThat(curve(factors, past.label()).points())
            .contains(new Point(i + 1, update.pastFactor(past.label())));
      }
    }
    boolean noisy = plan.steps().stream().anyMatch(step -> !step.update().noise().isNone());
    assertThat(names(factors).stream().anyMatch(curve -> curve.startsWith("noise")))
        .isEqualTo(noisy);
  }

  @Test
  void whatALogarithmicAxisCannotShowIsLeftOut() {
    var points = List.of(new Point(0, 0), new Point(1, 2), new Point(2, Double.POSITIVE_INFINITY));
    Chart chart =
        new Chart(
            "",
            Axis.linear("x"),
            Axis.logarithmic("y"),
            List.of(new ChartSeries("some", Look.line(0), points)));
    assertThat(chart.curves().get(0).points()).containsExactly(new Point(1, 2));
  }

  @Test
  void twoCurvesOfOneNameAreRefused() {
    var curve = new ChartSeries("same", Look.line(0), List.of(new Point(0, 0)));
    assertThatThrownBy(
            () -> new Chart("", Axis.linear("x"), Axis.linear("y"), List.of(curve, curve)))
        .hasMessage("curves: [same, same] (expected: a name of its own for each)");
    assertThatThrownBy(() -> new Chart("", Axis.linear("x"), Axis.linear("y"), List.of()))
        .hasMessage("curves: none (expected: at least one with points)");
  }

  @Test
  void plansAreComparedByTheirTimestepsAndLogSnr() {
    Map<String, SamplingPlan> plans = new LinkedHashMap<>();
    plans.put("few", new DdimSampler(0).plan(COSINE, TimestepSpacings.UNCLIP.of(100, 2)));
    plans.put("more", new DdimSampler(0).plan(COSINE, FIVE));
    List<Chart> charts = PlanPlots.of(plans);
    assertThat(charts)
        .extracting(Chart::title)
        .containsExactly(
            "Timesteps", "Log signal-to-noise ratio", "Factors of few", "Factors of more");
    assertThat(names(charts.get(1))).containsExactly("few", "more");
  }
}
