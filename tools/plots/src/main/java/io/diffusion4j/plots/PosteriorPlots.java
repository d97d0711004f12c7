package io.diffusion4j.plots;

import static java.lang.Math.exp;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.continuous.GaussianMixture;
import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.process.Posterior;
import io.diffusion4j.plots.ChartSeries.Look;
import io.diffusion4j.plots.ChartSeries.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Charts of the reverse process for scalars of a known distribution: q(x_s | x_t), the Gaussian
 * with the same mean and variance, and q(x_s | x_t, x₀) for the mean of each component. The first
 * is a Gaussian only if the step from s to t adds little noise (Ho et al. 2020, §2).
 *
 * @param process the process that adds the noise
 * @param data a mixture in one dimension
 */
public record PosteriorPlots(ForwardProcess process, GaussianMixture data) {
  /** Number of points of a curve. */
  private static final int POINTS = 241;

  /** Half the width of a chart, in standard deviations of the noise. */
  private static final double REACH = 4;

  public PosteriorPlots {
    int size = data.components().get(0).mean().size();
    Check.that(size == 1, "data", size + " dimensions", "1");
  }

  /**
   * Plots one step of the reverse process.
   *
   * @param s the timestep after the step, from {@link
   *     io.diffusion4j.diffusion.schedule.NoiseSchedule#CLEAN}
   * @param t the timestep before the step, above s
   * @param xt x_t
   */
  public Chart step(int s, int t, double xt) {
    var before = data.after(process.marginal(s));
    var forward = process.between(s, t);
    double[] xs =
        IntStream.range(0, POINTS).mapToDouble(i -> REACH * (2.0 * i / (POINTS - 1) - 1)).toArray();
    DoubleUnaryOperator joint =
        x ->
            exp(before.logDensity(new double[] {x}))
                * normal(xt, forward.scale() * x, forward.variance());
    var moments = Moments.of(xs, joint);
    List<ChartSeries> curves = new ArrayList<>();
    curves.add(curve("q(x_s | x_t)", 0, xs, x -> joint.applyAsDouble(x) / moments.mass));
    curves.add(
        curve("Gaussian, same moments", 1, xs, x -> normal(x, moments.mean, moments.variance)));
    Posterior posterior = process.posterior(t, s);
    for (var component : data.components()) {
      double x0 = component.mean().get(0);
      double variance = posterior.variance();
      if (variance > 0) { // otherwise it is a single point
        curves.add(
            curve(
                String.format(Locale.ROOT, "q(x_s | x_t, x0 = %.3g)", x0),
                curves.size(),
                xs,
                x -> normal(x, posterior.mean(x0, xt), variance)));
      }
    }
    String title =
        String.format(Locale.ROOT, "From t = %d to s = %d: beta = %.3g", t, s, posterior.beta());
    return new Chart(title, Axis.linear("x_s"), Axis.linear("density"), curves);
  }

  private static double normal(double x, double mean, double variance) {
    double square = (x - mean) * (x - mean) / variance;
    return exp(-0.5 * square) / sqrt(2 * Math.PI * variance);
  }

  private static ChartSeries curve(String name, int number, double[] xs, DoubleUnaryOperator of) {
    List<Point> points = new ArrayList<>();
    for (double x : xs) {
      points.add(new Point(x, of.applyAsDouble(x)));
    }
    return new ChartSeries(name, Look.line(number), points);
  }

  /** Computes integral, mean and variance of a function by sums. */
  private record Moments(double mass, double mean, double variance) {
    static Moments of(double[] xs, DoubleUnaryOperator density) {
      double sum = 0;
      double first = 0;
      double second = 0;
      for (double x : xs) {
        double weight = density.applyAsDouble(x);
        sum += weight;
        first += weight * x;
        second += weight * x * x;
      }
      double mean = first / sum;
      return new Moments(sum * (xs[1] - xs[0]), mean, second / sum - mean * mean);
    }
  }
}
