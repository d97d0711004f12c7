package io.diffusion4j.diffusion.loss;

import static java.lang.Math.log;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.process.Posterior;
import io.diffusion4j.diffusion.sampling.Thresholding;

/**
 * One step of a {@link ReverseProcess}: the Gaussian p(x_s | x_t) that follows from the network's
 * output, and its divergence from the true posterior q(x_s | x_t, x₀).
 *
 * @param t the timestep from which the step leads down
 * @param alphaBar ᾱ_t
 * @param posterior q(x_s | x_t, x₀)
 * @param smallLogVariance ln β̃, that of the step before at the last one
 * @param conversion the conversion from outputs to x̂₀ and ε̂
 */
public record ReverseStep(
    int t,
    double alphaBar,
    Posterior posterior,
    double smallLogVariance,
    MeanType meanType,
    VarianceType varianceType,
    Conversion conversion) {
  ReverseStep(
      int t,
      double alphaBar,
      Posterior posterior,
      double smallLogVariance,
      MeanType meanType,
      VarianceType varianceType) {
    this(
        t,
        alphaBar,
        posterior,
        smallLogVariance,
        meanType,
        varianceType,
        switch (meanType) {
          case EPS -> Conversion.of(Parameterization.EPS, alphaBar);
          case X0 -> Conversion.of(Parameterization.X0, alphaBar);
          case V -> Conversion.of(Parameterization.V, alphaBar);
          case VELOCITY -> Conversion.of(Parameterization.VELOCITY, alphaBar);
          case PREVIOUS_X -> fromMean(alphaBar, posterior);
        });
  }

  /** Solves mean = {@code posterior.x0}·x̂₀ + {@code posterior.x}·x_t for x̂₀. */
  private static Conversion fromMean(double alphaBar, Posterior posterior) {
    double fromX = -posterior.x() / posterior.x0();
    double fromOutput = 1 / posterior.x0();
    double signal = sqrt(alphaBar);
    double noise = sqrt(1 - alphaBar);
    return new Conversion(
        fromX, fromOutput, (1 - signal * fromX) / noise, -signal * fromOutput / noise);
  }

  /**
   * The Gaussian p(x_s | x_t) of one output.
   *
   * @param x0 x̂₀ after its treatment
   * @param mean the mean of x_s
   * @param logVariance the log-variance of x_s
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  public record Estimate(float[] x0, double[] mean, double[] logVariance) {}

  /** Returns ᾱ/(1−ᾱ) at t. */
  public double snr() {
    return alphaBar / (1 - alphaBar);
  }

  /** Whether the step leads to the clean sample. */
  public boolean isLast() {
    return posterior.variance() == 0;
  }

  /** Returns ln β. */
  public double largeLogVariance() {
    return log(posterior.beta());
  }

  /** Computes x_t = √ᾱ·x₀ + √(1−ᾱ)·ε (Ho et al. 2020, eq. 4). */
  public float[] noised(float[] x0, float[] eps) {
    double signal = sqrt(alphaBar);
    double noise = sqrt(1 - alphaBar);
    float[] xt = new float[x0.length];
    for (int i = 0; i < xt.length; i++) {
      xt[i] = (float) (signal * x0[i] + noise * eps[i]);
    }
    return xt;
  }

  /** Returns the output of a perfect network at one value. */
  public double target(double x0, double xt, double eps) {
    return switch (meanType) {
      case EPS -> eps;
      case X0 -> x0;
      case V -> sqrt(alphaBar) * eps - sqrt(1 - alphaBar) * x0;
      case VELOCITY -> eps - x0;
      case PREVIOUS_X -> posterior.x0() * x0 + posterior.x() * xt;
    };
  }

  /**
   * Returns the Gaussian of an output. Its mean is that of the posterior with x̂₀ in place of x₀
   * (Ho et al. 2020, §3.2); if the network predicts the mean, that mean is used unchanged, whatever
   * the treatment of x̂₀.
   *
   * @param treatment the treatment of x̂₀: none in training, clipping to [−1, 1] in evaluation
   * @throws IllegalArgumentException if the variance is learned and missing in the prediction
   */
  public Estimate estimate(float[] xt, Prediction prediction, Thresholding treatment) {
    Check.that(
        !varianceType.isLearned() || prediction.hasVariance(),
        "variance",
        "none",
        "in the network's output, for %s",
        varianceType);
    float[] output = prediction.output();
    float[] x0 = new float[xt.length];
    for (int i = 0; i < x0.length; i++) {
      x0[i] = (float) (conversion.x0FromX() * xt[i] + conversion.x0FromOutput() * output[i]);
    }
    treatment.treat(x0);
    double[] mean = new double[xt.length];
    double[] logVariance = new double[xt.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] =
          meanType == MeanType.PREVIOUS_X
              ? output[i]
              : posterior.x0() * x0[i] + posterior.x() * xt[i];
      logVariance[i] = logVariance(prediction, i);
    }
    return new Estimate(x0, mean, logVariance);
  }

  private double logVariance(Prediction prediction, int i) {
    return switch (varianceType) {
      case FIXED_SMALL -> smallLogVariance;
      case FIXED_LARGE -> isLast() ? smallLogVariance : largeLogVariance();
      case LEARNED -> prediction.variance()[i];
      case LEARNED_RANGE -> {
        double f = (prediction.variance()[i] + 1) / 2;
        yield f * largeLogVariance() + (1 - f) * smallLogVariance;
      }
    };
  }

  /**
   * This step's term of the bound in bits per dimension: L_{t−1} = KL(q(x_s | x_t, x₀) ‖ p(x_s |
   * x_t)), and at the last step L₀ = −ln p(x₀ | x₁) with x₀ in 8 bits (Ho et al. 2020, eq. 5).
   *
   * @param x0 the clean sample, for the last step of levels −1, −1 + 2/255, …, 1
   * @param xt the noisy input of the network
   */
  public double bound(float[] x0, float[] xt, Estimate estimate) {
    double nats = 0;
    for (int i = 0; i < x0.length; i++) {
      nats +=
          isLast()
              ? -PixelLikelihood.logProbability(x0[i], estimate.mean[i], estimate.logVariance[i])
              : GaussianDivergence.nats(
                  posterior.x0() * x0[i] + posterior.x() * xt[i],
                  smallLogVariance,
                  estimate.mean[i],
                  estimate.logVariance[i]);
    }
    return BitsPerDimension.ofNats(nats, x0.length);
  }
}
