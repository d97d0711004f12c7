package io.diffusion4j.diffusion.schedule;

import static java.lang.Math.exp;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;
import java.util.Objects;

/**
 * A schedule given by its β: α_t = 1 − β_t and ᾱ_t = α_0·…·α_t (Ho et al. 2020, §2). Schedules with
 * equal tables are equal.
 */
public sealed class BetaSchedule implements NoiseSchedule permits CosineSchedule, LinearSchedule {
  private final double[] betas;
  private final double[] alphaBars;

  /**
   * Creates a schedule in full precision.
   *
   * @param betas the betas, at least one, each in (0, 1)
   */
  public BetaSchedule(double... betas) {
    this(TableRounding.FLOAT64, betas);
  }

  /**
   * Creates a schedule.
   *
   * @param precision the precision to which the tables are rounded
   * @param betas the betas, at least one, each in (0, 1)
   */
  public BetaSchedule(TableRounding precision, double... betas) {
    this(inside(betas, betas.length), precision);
  }

  /**
   * Creates a schedule whose last step leaves no signal.
   *
   * @param betas each in (0, 1), but for the last, which is 1
   */
  static BetaSchedule endingInNoise(TableRounding precision, double... betas) {
    int last = betas.length - 1;
    Check.that(betas[last] == 1, "betas[" + last + "]", betas[last], "1 for the last β");
    return new BetaSchedule(inside(betas, last), precision);
  }

  /** Returns the β, of which the first {@code count} were checked. */
  private static double[] inside(double[] betas, int count) {
    Check.that(betas.length != 0, "betas", "none", "at least one");
    for (int t = 0; t < count; t++) {
      Check.that(betas[t] > 0 && betas[t] < 1, "betas[" + t + "]", betas[t], "in (0, 1)");
    }
    return betas;
  }

  private BetaSchedule(double[] betas, TableRounding precision) {
    this.betas = new double[betas.length];
    this.alphaBars = new double[betas.length];
    // The product itself is not rounded between its factors, in either precision: PyTorch
    // accumulates a float32 cumprod in float64, and the published tables show it.
    double product = 1;
    double previous = 1;
    for (int t = 0; t < betas.length; t++) {
      this.betas[t] = precision.round(betas[t]);
      product *= precision.round(1 - this.betas[t]);
      alphaBars[t] = precision.round(product);
      Check.that(
          alphaBars[t] < previous,
          "betas[" + t + "]",
          betas[t],
          "lowers alphaBar, which is %s",
          previous);
      previous = alphaBars[t];
    }
  }

  /**
   * Returns the schedule of √β from √first to √last in equal steps, squared: the schedule of latent
   * diffusion ({@code scaled_linear} in diffusers; Stable Diffusion has 0.00085 and 0.012), and
   * OpenAI's {@code quad}.
   */
  public static BetaSchedule scaledLinear(
      int steps, double first, double last, TableRounding precision) {
    double[] roots = Linspace.of(sqrt(first), sqrt(last), steps, precision);
    return new BetaSchedule(precision, Arrays.stream(roots).map(root -> root * root).toArray());
  }

  /**
   * Returns the schedule of β along a logistic curve from about {@code first} to about {@code
   * last}: first + (last − first)·σ(u), u from −6 to 6 ({@code sigmoid} in diffusers; Xu et al.
   * 2022, GeoDiff).
   */
  public static BetaSchedule sigmoid(
      int steps, double first, double last, TableRounding precision) {
    double range = precision.round(last - first);
    double[] betas =
        Arrays.stream(Linspace.of(-6, 6, steps, precision))
            .map(u -> precision.round(1 / (1 + exp(-u))))
            .map(share -> precision.round(share * range) + precision.round(first))
            .toArray();
    return new BetaSchedule(precision, betas);
  }

  /**
   * Returns the schedule of β from {@code first} to {@code last} in equal steps over the first part
   * of the timesteps, then {@code last}: OpenAI's {@code warmup10} and {@code warmup50}.
   *
   * @param share how much of the timesteps the first part has, in [0, 1]; rounded down
   */
  public static BetaSchedule warmup(int steps, double first, double last, double share) {
    Check.share("share", share);
    double[] betas = equal(steps, last);
    int warm = (int) (steps * share);
    if (warm > 0) {
      System.arraycopy(Linspace.of(first, last, warm, TableRounding.FLOAT64), 0, betas, 0, warm);
    }
    return new BetaSchedule(betas);
  }

  /** Returns the schedule with constant β: OpenAI's {@code const}. */
  public static BetaSchedule constant(int steps, double beta) {
    return new BetaSchedule(equal(steps, beta));
  }

  /**
   * Returns the schedule of β = 1/T, 1/(T−1), …, 1: ᾱ falls by 1/T in every step, to 0
   * (Sohl-Dickstein et al. 2015, §2.4.1; OpenAI's {@code jsd}).
   *
   * @param steps T, at least 1
   */
  public static BetaSchedule jsd(int steps) {
    double[] betas = equal(steps, 1);
    Arrays.setAll(betas, t -> 1.0 / (steps - t));
    return endingInNoise(TableRounding.FLOAT64, betas);
  }

  private static double[] equal(int steps, double beta) {
    return Linspace.of(beta, beta, steps, TableRounding.FLOAT64);
  }

  @Override
  public final int steps() {
    return betas.length;
  }

  @Override
  public final double alphaBar(int t) {
    return t == CLEAN ? 1 : alphaBars[Objects.checkIndex(t, steps())];
  }

  @Override
  public final double beta(int t) {
    return betas[Objects.checkIndex(t, steps())];
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof BetaSchedule schedule
        && Arrays.equals(betas, schedule.betas)
        && Arrays.equals(alphaBars, schedule.alphaBars);
  }

  @Override
  public final int hashCode() {
    return Arrays.hashCode(alphaBars);
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName()
        + "[steps="
        + steps()
        + ", last alphaBar="
        + alphaBar(steps() - 1)
        + "]";
  }
}
