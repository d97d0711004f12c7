package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.PI;
import static java.lang.Math.log;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;

/**
 * The log-likelihood of a sample by the probability flow (Y. Song et al. 2021, app. D.2): dx/dt =
 * F(x, t) is followed from {@code start} to 1 together with the integral of its divergence, and ln
 * p(x) = ln N(x(1); 0, σ²) + ∫ ∇·F dt.
 *
 * <p>The divergence is Hutchinson's estimate eᵀ(∂F/∂x)e with one vector e for the whole flow, whose
 * entries have mean 0 and variance 1; it is unbiased, and exact on average over e.
 *
 * @param method the solver
 * @param steps the number of steps of the solver, at least 1
 * @param start the first time, in [0, 1); 1e-5 in the paper, and 0 for a flow that is finite there
 * @param priorDeviation σ, the standard deviation of the noise at t = 1
 */
public record Likelihood(RungeKutta method, int steps, double start, double priorDeviation) {
  public Likelihood {
    Check.that(steps >= 1, "steps", steps, "≥ 1");
    Check.that(start >= 0 && start < 1, "start", start, "in [0, 1)");
    Check.positive("priorDeviation", priorDeviation);
  }

  /** The slope of the flow and its divergence. */
  public record Flow(double[] slope, double divergence) {}

  /** A flow whose divergence is known or estimated. */
  @FunctionalInterface
  public interface DivergingFlow {
    /** F(x, t) and ∇·F(x, t), or an estimate of it. */
    Flow at(double[] x, double t);
  }

  /**
   * The result for a sample.
   *
   * @param latent x(1)
   * @param logPrior ln N(x(1); 0, σ²), in nats
   * @param logVolume ∫ ∇·F dt, in nats
   */
  public record Result(double[] latent, double logPrior, double logVolume) {
    /**
     * Creates the result from the end of the flow.
     *
     * @param priorDeviation σ
     */
    static Result of(double[] latent, double priorDeviation, double logVolume) {
      double variance = priorDeviation * priorDeviation;
      double square = Arrays.stream(latent).map(v -> v * v).sum();
      double logPrior = -0.5 * (latent.length * log(2 * PI * variance) + square / variance);
      return new Result(latent, logPrior, logVolume);
    }

    /** Returns ln p(x) in nats. */
    public double logLikelihood() {
      return logPrior + logVolume;
    }

    /**
     * Returns the likelihood of values that are rounded, in bits per dimension: −log₂ of the
     * probability of a cell of the grid, from the density in it.
     *
     * @param level the distance of two values, such as 2/255 for 8 bits in [−1, 1]
     */
    public double bitsPerDimension(double level) {
      return -(logLikelihood() / latent.length + log(level)) / log(2);
    }
  }

  /** Returns the likelihood of x. */
  public Result of(DivergingFlow flow, double[] x) {
    double[] state = Arrays.copyOf(x, x.length + 1); // the last is the integral so far
    double[] end =
        method.follow(
            (at, t) -> {
              Flow here = flow.at(Arrays.copyOf(at, x.length), t);
              double[] slope = Arrays.copyOf(here.slope(), x.length + 1);
              slope[x.length] = here.divergence();
              return slope;
            },
            state,
            start,
            1,
            steps);
    return Result.of(Arrays.copyOf(end, x.length), priorDeviation, end[x.length]);
  }
}
