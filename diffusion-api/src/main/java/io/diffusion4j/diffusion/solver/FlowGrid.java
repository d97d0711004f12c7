package io.diffusion4j.diffusion.solver;

import static java.lang.Math.exp;
import static java.lang.Math.log;
import static java.lang.Math.pow;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.FlowLevel;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The levels σ that a {@link FlowSampler} visits, as diffusers' {@code
 * FlowMatchEulerDiscreteScheduler} makes them: n values evenly from the largest of the training
 * levels to the smallest, or given ones; then the shift; then the terminal; then the form.
 *
 * <p>A fixed shift counts twice at the low end, since the training levels are shifted and the
 * grid's again: with k = 3, five levels of a thousand end at 0.0089.
 *
 * @param shift k of S_k(σ) = k·σ/(1 + (k−1)·σ), greater than 0
 * @param dynamic whether the shift is for the size of the picture ({@link #mu}), and the training
 *     levels are not shifted
 * @param terminal the last level ({@code shift_terminal}), in [0, 1); 0 for none
 * @param form the spacing between the first and the last level
 * @param given the levels before the shift, each in (0, 1] and below the one before; none for those
 *     of the training
 * @param inverted whether the network's time is T·(1−σ), that of a network which counts from noise
 *     to data and predicts x₀ − ε, with the opposite sign ({@code invert_sigmas})
 */
public record FlowGrid(
    double shift,
    boolean dynamic,
    double terminal,
    Form form,
    List<Double> given,
    boolean inverted) {
  /** The evenly spaced training levels. */
  public static final FlowGrid EVEN = new FlowGrid(1);

  private static final double RHO = 7;
  private static final double BETA = 0.6; // both parameters
  private static final int TERMS = 60; // of a series that halves at least

  /** The spacing between the two ends. */
  public enum Form {
    /** As the shift leaves it. */
    EVEN,
    /** Evenly in σ^(1/7) (Karras et al. 2022, eq. 5). */
    KARRAS,
    /** Evenly in ln σ. */
    EXPONENTIAL,
    /** The quantiles of Beta(0.6, 0.6), denser at both ends (Lee et al. 2024). */
    BETA
  }

  public FlowGrid {
    Check.positive("shift", shift);
    Check.that(terminal >= 0 && terminal < 1, "shift_terminal", terminal, "in [0, 1)");
    given = List.copyOf(given);
    for (int i = 0; i < given.size(); i++) {
      double sigma = given.get(i);
      Check.that(
          sigma > 0 && sigma <= 1 && (i == 0 || sigma < given.get(i - 1)),
          "sigmas",
          given,
          "in (0, 1] and decreasing");
    }
  }

  /** Creates evenly spaced levels with a fixed shift. */
  public FlowGrid(double shift) {
    this(shift, false, 0, Form.EVEN, List.of(), false);
  }

  /**
   * Returns μ for a picture of this many tokens, in whose number it is linear; e^μ is the shift of
   * {@code time_shift_type} "exponential".
   *
   * @param few the number of tokens at which μ is {@code base} ({@code base_image_seq_len})
   * @param many that at which it is {@code most} ({@code max_image_seq_len}), greater
   */
  public static double mu(int tokens, int few, double base, int many, double most) {
    return base + (most - base) * (tokens - few) / (many - few);
  }

  /**
   * Returns the levels, noisiest first, without the clean end; rounded to float32, as in diffusers.
   *
   * @param trainSteps T
   * @param n the number of levels, at least 1
   */
  public double[] sigmas(int trainSteps, int n) {
    Check.that(n >= 1, "steps", n, "≥ 1");
    Check.that(
        given.isEmpty() || given.size() == n, "steps", n, "%s, as many as are given", given.size());
    double smallest = new FlowLevel(1.0 / trainSteps).shifted(dynamic ? 1 : shift).sigma();
    double[] sigmas =
        (given.isEmpty()
                ? ramp(n).map(r -> 1 + r * (smallest - 1))
                : given.stream().mapToDouble(Double::doubleValue))
            .map(sigma -> new FlowLevel(sigma).shifted(shift).sigma())
            .toArray();
    double last = sigmas[n - 1];
    if (terminal != 0) {
      Check.that(last < 1, "steps", n, "≥ 2, with shift_terminal");
      sigmas = Arrays.stream(sigmas).map(s -> 1 - (1 - s) * (1 - terminal) / (1 - last)).toArray();
    }
    double high = sigmas[0];
    double low = sigmas[n - 1];
    return (switch (form) {
          case EVEN -> Arrays.stream(sigmas);
          case KARRAS ->
              ramp(n)
                  .map(r -> pow(high, 1 / RHO) + r * (pow(low, 1 / RHO) - pow(high, 1 / RHO)))
                  .map(root -> pow(root, RHO));
          case EXPONENTIAL -> ramp(n).map(r -> exp(log(high) + r * (log(low) - log(high))));
          case BETA -> ramp(n).map(r -> low + (high - low) * betaQuantile(1 - r));
        })
        .map(sigma -> (float) sigma)
        .toArray();
  }

  private static DoubleStream ramp(int n) {
    return IntStream.range(0, n).mapToDouble(i -> n == 1 ? 0 : (double) i / (n - 1));
  }

  /** Returns the quantile of Beta(0.6, 0.6), which is symmetric, by bisection. */
  private static double betaQuantile(double share) {
    if (share > 0.5) {
      return 1 - betaQuantile(1 - share);
    }
    double wanted = 2 * share * betaIntegral(0.5);
    double low = 0;
    double high = 0.5;
    for (int i = 0; i < Double.SIZE; i++) {
      double middle = (low + high) / 2;
      if (betaIntegral(middle) < wanted) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** Computes ∫₀ˣ (t·(1−t))^(b−1) dt = x^b·Σ (1−b)_k·x^k/(k!·(b+k)), for x up to ½. */
  private static double betaIntegral(double x) {
    double sum = 0;
    double term = 1;
    for (int k = 0; k < TERMS; k++) {
      sum += term / (BETA + k);
      term *= (1 - BETA + k) * x / (k + 1);
    }
    return pow(x, BETA) * sum;
  }
}
