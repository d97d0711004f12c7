package io.diffusion4j.diffusion.continuous;

import io.diffusion4j.diffusion.argument.Check;
import java.util.List;

/**
 * Explicit methods for ordinary differential equations as Butcher's tables: stage j is at the share
 * c_j of the step, its sample is x + h·Σ a_ji·k_i, and the step is x + h·Σ b_i·k_i.
 */
public enum RungeKutta {
  /** Euler's method, of first order. */
  EULER(List.of(), 1.0),
  /** The midpoint method, of second order: the slope half a step ahead. */
  MIDPOINT(List.of(List.of(1 / 2.0)), 0.0, 1.0),
  /** Heun's method, of second order: the mean of the slopes at both ends. */
  HEUN(List.of(List.of(1.0)), 1 / 2.0, 1 / 2.0),
  /** The classical method, of fourth order. */
  CLASSICAL(
      List.of(List.of(1 / 2.0), List.of(0.0, 1 / 2.0), List.of(0.0, 0.0, 1.0)),
      1 / 6.0,
      1 / 3.0,
      1 / 3.0,
      1 / 6.0);

  @SuppressWarnings("ImmutableEnumChecker") // lists of lists of numbers, all immutable
  private final List<List<Double>> stages;

  @SuppressWarnings("ImmutableEnumChecker")
  private final List<Double> weights;

  RungeKutta(List<List<Double>> stages, Double... weights) {
    this.stages = stages;
    this.weights = List.of(weights);
  }

  /** Returns the number of evaluations of the slope in a step. */
  public int calls() {
    return weights.size();
  }

  /** Returns b: the weights of the slopes in the step. */
  public List<Double> weights() {
    return weights;
  }

  /**
   * Computes a_j: the weights of the slopes so far in the sample of a stage, from 0; none for the
   * first.
   */
  public List<Double> stage(int j) {
    return j == 0 ? List.of() : stages.get(j - 1);
  }

  /** Computes c_j: the position of a stage, as a fraction of the step. */
  public double share(int j) {
    return stage(j).stream().mapToDouble(Double::doubleValue).sum();
  }

  /**
   * Integrates an equation without noise in equal steps.
   *
   * @param slope dx/dt
   * @param x where it starts; not modified
   * @param from the time there
   * @param until the final time, earlier or later
   * @param steps how many, at least 1
   * @return where it ends, a new array
   */
  public double[] follow(Slope slope, double[] x, double from, double until, int steps) {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    double h = (until - from) / steps;
    double[] at = x;
    for (int step = 0; step < steps; step++) {
      at = step(slope, at, from + step * h, h);
    }
    return at;
  }

  /**
   * Takes one step.
   *
   * @param x where it starts; not modified
   * @param t the time there
   * @param h its length; below 0 back in time
   * @return where it ends, a new array
   */
  public double[] step(Slope slope, double[] x, double t, double h) {
    double[][] slopes = new double[calls()][];
    for (int j = 0; j < slopes.length; j++) {
      slopes[j] = slope.at(plus(x, h, stage(j), slopes), t + share(j) * h);
    }
    return plus(x, h, weights, slopes);
  }

  private static double[] plus(double[] x, double h, List<Double> weights, double[][] slopes) {
    double[] sum = x.clone();
    for (int i = 0; i < weights.size(); i++) {
      double factor = h * weights.get(i);
      for (int k = 0; factor != 0 && k < sum.length; k++) {
        sum[k] += factor * slopes[i][k];
      }
    }
    return sum;
  }

  /** The right side of an ordinary differential equation. */
  @FunctionalInterface
  public interface Slope {
    /**
     * dx/dt at a place and a time.
     *
     * @param x the place; not modified
     * @return a new array of its length
     */
    double[] at(double[] x, double t);
  }
}
