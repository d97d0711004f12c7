package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Posterior;
import io.diffusion4j.diffusion.process.Transition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The update of the sample in a step: x′ = a·x + b·x̂₀ + c·ε̂ + Σ d·(a quantity of an earlier step)
 * + σ·z.
 *
 * @param x the factor of the present sample
 * @param x0 the factor of the present x̂₀
 * @param eps the factor of the present ε̂
 * @param past the terms of multistep and multistage methods
 * @param noise the fresh noise
 * @param shift the variance by which the gradient of a guide moves the sample (Dhariwal &amp;
 *     Nichol 2021, algorithm 1), which is that of the posterior; empty for a step that draws from
 *     no posterior, where a guide moves the score (algorithm 2)
 * @param isLangevin whether it is a {@link #langevin} step
 */
public record Update(
    double x,
    double x0,
    double eps,
    List<Past> past,
    Noise noise,
    Optional<Noise> shift,
    boolean isLangevin) {
  /** The sum of no terms; add to it. */
  public static final Update ZERO =
      new Update(0, 0, 0, List.of(), Noise.NONE, Optional.empty(), false);

  private static final double MAX_LANGEVIN = 2;

  public Update {
    past = List.copyOf(past);
    Check.that(
        Double.isFinite(x) && Double.isFinite(x0) && Double.isFinite(eps),
        "update",
        x + "·x + " + x0 + "·x0 + " + eps + "·eps",
        "finite factors");
  }

  /**
   * A term of an earlier step.
   *
   * @param ago how many steps (network calls) ago, at least 1
   * @param of the quantity
   * @param factor its factor
   */
  public record Past(int ago, Quantity of, double factor) {
    public Past {
      Check.that(ago >= 1, "ago", ago, "≥ 1");
      Check.that(Double.isFinite(factor), "factor", factor, "finite");
    }

    /** Returns the name of the quantity in tables and charts, such as {@code x0[-1]}. */
    public String label() {
      return of.name().toLowerCase(Locale.ROOT) + "[-" + ago + "]";
    }
  }

  /** Returns the factor of the term with this {@link Past#label}; 0 if there is none. */
  public double pastFactor(String label) {
    return past.stream().filter(term -> term.label().equals(label)).mapToDouble(Past::factor).sum();
  }

  /** Moves to the mean of a posterior at x̂₀. */
  public static Update mean(Posterior posterior) {
    return ZERO.plusX0(posterior.x0()).plusX(posterior.x());
  }

  /**
   * Returns this update followed by a step of the forward process, as one update. The size of a
   * Langevin step becomes its nominal one.
   */
  Update then(Transition noising) {
    double scale = noising.scale();
    return new Update(
        scale * x,
        scale * x0,
        scale * eps,
        past.stream().map(p -> new Past(p.ago, p.of, scale * p.factor)).toList(),
        noise.times(scale).plus(noising.variance()),
        shift.map(by -> by.times(Math.sqrt(scale))),
        false);
  }

  /** Adds {@code factor·x}. */
  public Update plusX(double factor) {
    return new Update(x + factor, x0, eps, past, noise, shift, isLangevin);
  }

  /** Adds {@code factor·x̂₀}. */
  public Update plusX0(double factor) {
    return new Update(x, x0 + factor, eps, past, noise, shift, isLangevin);
  }

  /** Adds {@code factor·ε̂}. */
  public Update plusEps(double factor) {
    return new Update(x, x0, eps + factor, past, noise, shift, isLangevin);
  }

  /** Adds {@code factor} times a quantity of the step {@code ago} steps before this one. */
  public Update plusPast(int ago, Quantity of, double factor) {
    var terms = new ArrayList<>(past);
    terms.add(new Past(ago, of, factor));
    return new Update(x, x0, eps, terms, noise, shift, isLangevin);
  }

  /**
   * Adds fresh noise of standard deviation {@code sigma}.
   *
   * @throws IllegalStateException if there is noise already
   */
  public Update plusNoise(double sigma) {
    return plusNoise(Noise.of(sigma));
  }

  /**
   * Adds fresh noise.
   *
   * @throws IllegalStateException if there is noise already
   */
  public Update plusNoise(Noise added) {
    if (!noise.isNone()) {
      throw new IllegalStateException("noise: added twice (expected: one noise term)");
    }
    return new Update(x, x0, eps, past, added, shift, isLangevin);
  }

  /**
   * Adds fresh noise with the variance of the posterior, so that a guide shifts the mean.
   *
   * @throws IllegalStateException if there is noise already
   */
  public Update drawing(Noise posterior) {
    return plusNoise(posterior).withShift(posterior);
  }

  /** Returns the same update with the variance by which a guide shifts the mean. */
  public Update withShift(Noise other) {
    return new Update(x, x0, eps, past, noise, Optional.of(other), isLangevin);
  }

  /**
   * Returns this update as a step of Langevin dynamics, whose size depends on the network's output:
   * with r = ‖z‖/‖ε̂‖ of the sample the factor of ε̂ is multiplied by r² and the noise by r (Y.
   * Song et al. 2021, algorithm 5). For accurate predictions, r is about 1. The factor is limited
   * to 2: samples of few values occasionally have an ε̂ near 0, which would throw them far away.
   */
  public Update langevin() {
    return new Update(x, x0, eps, past, noise, shift, true);
  }

  /** Returns the Langevin step for this r. */
  public Update sized(double ratio) {
    double r = Math.min(MAX_LANGEVIN, ratio);
    return new Update(x, x0, r * r * eps, past, Noise.of(r * noise.sigma()), shift, true);
  }
}
