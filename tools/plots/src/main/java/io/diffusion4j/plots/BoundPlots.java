package io.diffusion4j.plots;

import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.process.Posterior;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.plots.ChartSeries.Look;
import io.diffusion4j.plots.ChartSeries.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Charts of the variational bound over the timesteps. */
public final class BoundPlots {
  private static final Axis TIMESTEP = Axis.linear("timestep t");

  private BoundPlots() {}

  /**
   * Plots the weight of the squared error of ε̂ in L_t, for the variance β̃_t: β_t² /
   * (2β̃_t·α_t·(1−ᾱ_t)), which the simple loss replaces by 1 (Ho et al. 2020, eq. 12 and 14).
   *
   * @param schedules the schedules by name, in the order of the legend
   */
  public static Chart weights(Map<String, NoiseSchedule> schedules) {
    List<ChartSeries> curves = new ArrayList<>();
    schedules.forEach(
        (name, schedule) ->
            curves.add(
                new ChartSeries(
                    name,
                    Look.line(curves.size()),
                    ChartSeries.points(1, schedule.steps(), t -> weight(schedule, t)))));
    curves.add(
        new ChartSeries(
            "simple loss",
            Look.line(curves.size()),
            ChartSeries.points(1, schedules.values().iterator().next().steps(), t -> 1)));
    return new Chart(
        "Weight of the noise's squared error in the bound",
        TIMESTEP,
        Axis.logarithmic("weight"),
        curves);
  }

  /** The error is computed from that of x̂₀, which is √(1/SNR) times the error of ε̂. */
  private static double weight(NoiseSchedule schedule, int t) {
    Posterior posterior = new ForwardProcess(schedule).posterior(t);
    double x0PerEps = 1 / schedule.level(t).snr();
    return posterior.x0() * posterior.x0() * x0PerEps / (2 * posterior.variance());
  }

  /**
   * Plots the measured terms of a model's bound.
   *
   * @param terms L_t by t, in bits per dimension, by the name of the measurement
   */
  public static Chart terms(Map<String, Map<Integer, Double>> terms) {
    List<ChartSeries> curves = new ArrayList<>();
    terms.forEach(
        (name, byTimestep) ->
            curves.add(
                new ChartSeries(
                    name,
                    Look.line(curves.size()),
                    byTimestep.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(term -> new Point(term.getKey(), term.getValue()))
                        .toList())));
    return new Chart(
        "Terms of the bound", TIMESTEP, Axis.logarithmic("L_t, bits per dimension"), curves);
  }
}
