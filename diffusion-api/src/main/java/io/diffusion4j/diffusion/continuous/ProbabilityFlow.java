package io.diffusion4j.diffusion.continuous;

/**
 * The ordinary differential equation dx = [f(x, t) − ½g(t)²·∇ ln p_t(x)] dt, whose samples are
 * distributed like those of the SDE without any noise on the way (Y. Song et al. 2021, eq. 13). It
 * runs in both directions; DDIM is a discretisation of it.
 *
 * @param forward the SDE
 * @param score the score of its samples
 */
public record ProbabilityFlow(Sde forward, Score score) implements Sde {
  @Override
  public double[] drift(double[] x, double t) {
    double g = forward.diffusion(t);
    return ReverseSde.plusScore(forward, score, -0.5 * g * g, x, t);
  }

  @Override
  public double diffusion(double t) {
    return 0;
  }
}
