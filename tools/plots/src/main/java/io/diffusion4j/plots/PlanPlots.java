package io.diffusion4j.plots;

import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.SamplingPlan.Step;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.plots.ChartSeries.Look;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Charts of sampling plans over their steps, which are calls of the network. */
public final class PlanPlots {
  private static final Axis CALL = Axis.linear("call of the network");

  private PlanPlots() {}

  /**
   * Plots the timesteps of all plans, their log signal-to-noise ratio, and then the factors of each
   * plan.
   *
   * @param plans the plans by name, in the order of the legend
   */
  public static List<Chart> of(Map<String, SamplingPlan> plans) {
    List<Chart> charts = new ArrayList<>();
    charts.add(chart("Timesteps", "timestep t", plans, Step::t));
    charts.add(
        chart(
            "Log signal-to-noise ratio",
            "ln(alphaBar / (1 − alphaBar))",
            plans,
            step -> Math.log(step.alphaBar()) - Math.log1p(-step.alphaBar())));
    plans.forEach((name, plan) -> charts.add(factors(name, plan)));
    return charts;
  }

  private static Chart chart(
      String title, String label, Map<String, SamplingPlan> plans, ToDoubleFunction<Step> value) {
    List<ChartSeries> curves = new ArrayList<>();
    plans.forEach(
        (name, plan) ->
            curves.add(new ChartSeries(name, Look.markedLine(curves.size()), points(plan, value))));
    return new Chart(title, CALL, Axis.linear(label), curves);
  }

  /** Plots the factors of a plan's updates, except factors that are 0 in every step. */
  private static Chart factors(String name, SamplingPlan plan) {
    Map<String, ToDoubleFunction<Update>> factors = new LinkedHashMap<>();
    factors.put("x", Update::x);
    factors.put("x0", Update::x0);
    factors.put("eps", Update::eps);
    for (Step step : plan.steps()) {
      for (Update.Past past : step.update().past()) {
        String label = past.label();
        factors.put(label, update -> update.pastFactor(label));
      }
    }
    if (plan.steps().stream().anyMatch(step -> step.update().noise().isLearned())) {
      factors.put("noise, at least", update -> update.noise().sigma());
      factors.put("noise, at most", update -> update.noise().maxSigma());
    } else {
      factors.put("noise", update -> update.noise().sigma());
    }
    List<ChartSeries> curves = new ArrayList<>();
    factors.forEach(
        (label, factor) -> {
          if (plan.steps().stream().anyMatch(s -> factor.applyAsDouble(s.update()) != 0)) {
            curves.add(
                new ChartSeries(
                    label,
                    Look.markedLine(curves.size()),
                    points(plan, step -> factor.applyAsDouble(step.update()))));
          }
        });
    return new Chart("Factors of " + name, CALL, Axis.linear("factor"), curves);
  }

  private static List<ChartSeries.Point> points(SamplingPlan plan, ToDoubleFunction<Step> value) {
    return ChartSeries.points(
        1, plan.steps().size() + 1, call -> value.applyAsDouble(plan.steps().get(call - 1)));
  }
}
