package io.diffusion4j.diffusion.continuous;

/**
 * The reverse SDE from noise, dx = [f(x, t) − g(t)²·∇ ln p_t(x)] dt + g(t) dw̄, for time that runs
 * down (Anderson 1982; Y. Song et al. 2021, eq. 6). At each time its samples are distributed like
 * those of the forward SDE.
 *
 * @param forward the SDE to be reversed
 * @param score the score of its samples
 */
public record ReverseSde(Sde forward, Score score) implements Sde {
  @Override
  public double[] drift(double[] x, double t) {
    double g = forward.diffusion(t);
    return plusScore(forward, score, -g * g, x, t);
  }

  @Override
  public double diffusion(double t) {
    return forward.diffusion(t);
  }

  /** Computes f(x, t) + factor·∇ ln p_t(x). */
  static double[] plusScore(Sde forward, Score score, double factor, double[] x, double t) {
    double[] drift = forward.drift(x, t);
    double[] s = score.at(x, t);
    for (int i = 0; i < drift.length; i++) {
      drift[i] += factor * s[i];
    }
    return drift;
  }
}
