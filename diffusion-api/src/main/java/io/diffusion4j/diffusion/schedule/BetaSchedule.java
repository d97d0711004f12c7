package io.diffusion4j.diffusion.schedule;

import java.util.Arrays;
import java.util.Objects;

/** A schedule given by its β: α_t = 1 − β_t and ᾱ_t = α_0·…·α_t (Ho et al. 2020, §2). */
public final class BetaSchedule implements NoiseSchedule {
  private final double[] betas;
  private final double[] alphaBars;

  /**
   * A schedule in full precision.
   *
   * @param betas at least one, each in (0, 1)
   */
  public BetaSchedule(double... betas) {
    this(Precision.FLOAT64, betas);
  }

  /**
   * A schedule.
   *
   * @param precision what the tables are rounded to
   * @param betas at least one, each in (0, 1)
   */
  public BetaSchedule(Precision precision, double... betas) {
    if (betas.length == 0) {
      throw new IllegalArgumentException("betas: none (expected: at least one)");
    }
    this.betas = new double[betas.length];
    this.alphaBars = new double[betas.length];
    // The product itself is not rounded between its factors, in either precision: PyTorch
    // accumulates a float32 cumprod in float64, and the published tables show it.
    double product = 1;
    for (int t = 0; t < betas.length; t++) {
      if (!(betas[t] > 0 && betas[t] < 1)) {
        throw new IllegalArgumentException(
            "betas[" + t + "]: " + betas[t] + " (expected: in (0, 1))");
      }
      switch (precision) {
        case FLOAT64 -> {
          this.betas[t] = betas[t];
          product *= 1 - betas[t];
          alphaBars[t] = product;
        }
        case FLOAT32 -> {
          float beta = (float) betas[t];
          this.betas[t] = beta;
          product *= 1 - beta; // a float difference
          alphaBars[t] = (float) product;
        }
      }
    }
  }

  /**
   * √β from √first to √last in equal steps, squared: the schedule of latent diffusion ({@code
   * scaled_linear} in diffusers; Stable Diffusion has 0.00085 and 0.012).
   */
  public static BetaSchedule scaledLinear(
      int steps, double first, double last, Precision precision) {
    double[] roots = linspace(Math.sqrt(first), Math.sqrt(last), steps, precision);
    return new BetaSchedule(
        precision,
        Arrays.stream(roots)
            .map(root -> precision == Precision.FLOAT32 ? (float) root * (float) root : root * root)
            .toArray());
  }

  /** Values in equal steps, both ends included. */
  static double[] linspace(double first, double last, int size, Precision precision) {
    if (size < 1) {
      throw new IllegalArgumentException("steps: " + size + " (expected: ≥ 1)");
    }
    double[] values = new double[size];
    if (precision == Precision.FLOAT32) { // PyTorch counts from the nearer end
      float step = ((float) last - (float) first) / Math.max(1, size - 1);
      for (int i = 0; i < size; i++) {
        values[i] =
            i < size / 2 || size == 1
                ? (float) first + step * i
                : (float) last - step * (size - 1 - i);
      }
    } else { // NumPy counts from the first and sets the last
      double step = (last - first) / Math.max(1, size - 1);
      for (int i = 0; i < size; i++) {
        values[i] = i == size - 1 && size > 1 ? last : first + i * step;
      }
    }
    return values;
  }

  @Override
  public int steps() {
    return betas.length;
  }

  @Override
  public double alphaBar(int t) {
    return t == CLEAN ? 1 : alphaBars[Objects.checkIndex(t, steps())];
  }

  @Override
  public double beta(int t) {
    return betas[Objects.checkIndex(t, steps())];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BetaSchedule schedule
        && Arrays.equals(betas, schedule.betas)
        && Arrays.equals(alphaBars, schedule.alphaBars);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(alphaBars);
  }

  @Override
  public String toString() {
    return "BetaSchedule[steps=" + steps() + ", last alphaBar=" + alphaBar(steps() - 1) + "]";
  }
}
