package io.diffusion4j.diffusion.continuous;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.NoiseLevel;

/**
 * Denoising score matching, which learns a score without knowing it (Vincent 2011, §4): E ½‖s(x_t)
 * − ∇ ln q(x_t | x₀)‖² differs from E ½‖s(x_t) − ∇ ln q(x_t)‖² by a constant, so the best s is the
 * score of the noisy data, though every target is made from one sample and its noise only.
 *
 * <p>It is the training of a denoising autoencoder: r(x_t) = (x_t + (1−ᾱ)·s(x_t))/√ᾱ reconstructs
 * x₀, and its squared error is the loss up to a factor. It is the training of DDPM too, with ε̂ =
 * −√(1−ᾱ)·s (Ho et al. 2020, §3.2).
 *
 * @param level the noise level, between clean and nothing but noise
 */
record DenoisingScoreMatching(NoiseLevel level) {
  public DenoisingScoreMatching {
    Check.that(
        level.alphaBar() > 0 && level.alphaBar() < 1, "alphaBar", level.alphaBar(), "in (0, 1)");
  }

  /**
   * Returns the loss of one sample, ½‖s − ∇ ln q(x_t | x₀)‖².
   *
   * @param score the estimated score at x_t
   * @param eps the noise in x_t
   */
  public double loss(double[] score, double[] eps) {
    Check.length("score", score.length, eps.length);
    double sum = 0;
    for (int i = 0; i < score.length; i++) {
      double error = score[i] - level.score(eps[i]);
      sum += error * error;
    }
    return 0.5 * sum;
  }

  /** Returns the reconstruction of x_t by the denoising autoencoder of this score. */
  public double[] reconstruction(double[] xt, double[] score) {
    Check.length("score", score.length, xt.length);
    Conversion from = Conversion.ofScore(level.alphaBar());
    double[] x0 = new double[xt.length];
    for (int i = 0; i < x0.length; i++) {
      x0[i] = from.x0(xt[i], score[i]);
    }
    return x0;
  }

  /** Returns the score of a denoising autoencoder: the inverse of {@link #reconstruction}. */
  public double[] score(double[] xt, double[] reconstruction) {
    Check.length("reconstruction", reconstruction.length, xt.length);
    Conversion from = Conversion.of(Parameterization.X0, level.alphaBar());
    double[] score = new double[xt.length];
    for (int i = 0; i < score.length; i++) {
      score[i] = level.score(from.eps(xt[i], reconstruction[i]));
    }
    return score;
  }

  /** Returns the autoencoder's squared error ‖r(x_t) − x₀‖² for each unit of loss: 2(1−ᾱ)²/ᾱ. */
  public double reconstructionErrorPerLoss() {
    double factor = (1 - level.alphaBar()) / level.signal();
    return 2 * factor * factor;
  }

  /** Returns the factor from this loss to DDPM's squared error ‖ε̂ − ε‖²: 2(1−ᾱ). */
  public double epsErrorPerLoss() {
    return 2 * (1 - level.alphaBar());
  }
}
