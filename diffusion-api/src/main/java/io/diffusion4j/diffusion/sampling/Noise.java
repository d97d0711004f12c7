package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The fresh noise of a step, by its log-variance.
 *
 * <p>A network with a learned variance outputs v, nominally in [−1, 1], and the log-variance is
 * f·max + (1−f)·min with f = (v+1)/2 (Nichol &amp; Dhariwal 2021, eq. 15).
 *
 * @param minLogVariance ln σ² at v = −1; −∞ for no noise
 * @param maxLogVariance ln σ² at v = 1; the same as {@code minLogVariance} if the variance is fixed
 * @param fixedLogVariance ln σ² for a network that does not learn its variance
 * @param added a variance beside the learned one, at least 0
 */
public record Noise(
    double minLogVariance, double maxLogVariance, double fixedLogVariance, double added) {
  /** A deterministic step. */
  public static final Noise NONE = fixed(Double.NEGATIVE_INFINITY);

  public Noise {
    Check.that(
        minLogVariance < Double.POSITIVE_INFINITY, "minLogVariance", minLogVariance, "below ∞");
    Check.that(
        maxLogVariance >= minLogVariance && maxLogVariance < Double.POSITIVE_INFINITY,
        "maxLogVariance",
        maxLogVariance,
        "in [%s, ∞)",
        minLogVariance);
    Check.that(
        minLogVariance != Double.NEGATIVE_INFINITY || maxLogVariance == minLogVariance,
        "minLogVariance",
        "-Infinity",
        "finite if the variance is learned");
    Check.that(
        fixedLogVariance < Double.POSITIVE_INFINITY
            && Double.isInfinite(fixedLogVariance) == Double.isInfinite(minLogVariance),
        "fixedLogVariance",
        fixedLogVariance,
        "finite, or −∞ for no noise");
    Check.notNegative("added", added);
  }

  /** Creates noise with no other variance. */
  public Noise(double minLogVariance, double maxLogVariance, double fixedLogVariance) {
    this(minLogVariance, maxLogVariance, fixedLogVariance, 0);
  }

  /** Returns the noise of a fixed variance. */
  public static Noise fixed(double logVariance) {
    return new Noise(logVariance, logVariance, logVariance);
  }

  /**
   * Returns the noise with a variance between two bounds, predicted by the network; the lower bound
   * for a network without a learned variance.
   */
  public static Noise between(double minLogVariance, double maxLogVariance) {
    return new Noise(minLogVariance, maxLogVariance, minLogVariance);
  }

  /**
   * Returns the noise with ln σ² predicted by the network; the given value is for a network without
   * a learned variance.
   */
  public static Noise learned(double fixedLogVariance) {
    return new Noise(-1, 1, fixedLogVariance);
  }

  /**
   * Returns the noise of a fixed standard deviation.
   *
   * @param sigma the σ, at least 0; 0 is {@link #NONE}
   */
  public static Noise of(double sigma) {
    Check.notNegative("sigma", sigma);
    return sigma == 0 ? NONE : fixed(2 * StrictMath.log(sigma));
  }

  /** Returns this noise times a factor of at least 0. */
  Noise times(double factor) {
    if (factor == 0) {
      return NONE;
    }
    double log = 2 * StrictMath.log(factor);
    return new Noise(
        log + minLogVariance,
        log + maxLogVariance,
        log + fixedLogVariance,
        factor * factor * added);
  }

  /** Returns this noise and independent noise of another variance. */
  Noise plus(double variance) {
    return isLearned()
        ? new Noise(minLogVariance, maxLogVariance, fixedLogVariance, added + variance)
        : of(Math.sqrt(sigma() * sigma() + variance));
  }

  /** Whether there is no noise to draw. */
  public boolean isNone() {
    return minLogVariance == Double.NEGATIVE_INFINITY;
  }

  /** Whether the variance depends on the network's output. */
  public boolean isLearned() {
    return minLogVariance != maxLogVariance;
  }

  /**
   * Returns the standard deviation for a network that does not learn it, or the smallest one for a
   * network that does.
   */
  public double sigma() {
    return sigma(fixedLogVariance);
  }

  /** Returns the largest standard deviation for a network that learns it. */
  public double maxSigma() {
    return sigma(maxLogVariance);
  }

  private double sigma(double logVariance) {
    double own = StrictMath.exp(0.5 * logVariance);
    return added == 0 ? own : Math.sqrt(own * own + added);
  }
}
