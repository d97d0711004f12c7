package io.diffusion4j.diffusion.continuous;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;

/**
 * A step towards the data: x ← fromX·x + fromScore·s + deviation·z, with the score s at x and
 * standard normal noise z (Y. Song et al. 2021, app. E and F).
 *
 * @param fromX the factor of x
 * @param fromScore the factor of the score
 * @param deviation the standard deviation of the noise, at least 0
 */
public record ScoreStep(double fromX, double fromScore, double deviation) {
  public ScoreStep {
    Check.notNegative("deviation", deviation);
  }

  /**
   * Returns Euler and Maruyama's step of the reverse SDE (eq. 6).
   *
   * @param growth −rate·Δt, the relative growth of x without the score
   * @param variance g²·Δt, the noise that the forward SDE adds over the step
   */
  public static ScoreStep eulerMaruyama(double growth, double variance) {
    return new ScoreStep(1 + growth, variance, sqrt(variance));
  }

  /**
   * Returns the reverse diffusion of a variance-preserving step (eq. 46): the forward step x′ =
   * √α·x + √β·z reversed like the SDE.
   *
   * @param alpha α = 1 − β of the forward step, in [0, 1)
   */
  public static ScoreStep reverseDiffusion(double alpha) {
    return new ScoreStep(2 - sqrt(alpha), 1 - alpha, sqrt(1 - alpha));
  }

  /**
   * Returns a step of Langevin dynamics with ε = 2α·(r·root)² (algorithms 4 and 5): x + ε·s +
   * √(2ε)·z.
   *
   * @param alpha α of the discrete step that the time belongs to
   * @param snr r, the ratio of the move along the score to the noise
   * @param root ‖z‖/‖s‖, or the deviation of the noise in x
   */
  public static ScoreStep langevin(double alpha, double snr, double root) {
    double eps = 2 * alpha * (snr * root) * (snr * root);
    return new ScoreStep(1, eps, sqrt(2 * eps));
  }
}
