package io.diffusion4j.diffusion.continuous;

/** Data from N(mean, variance), one value each. Its noisy samples are Gaussian too. */
record Gaussian(double mean, double variance) {
  /** The data after the SDE has run for a time. */
  Gaussian at(VpSde sde, double t) {
    double alphaBar = sde.level(t).alphaBar();
    return new Gaussian(Math.sqrt(alphaBar) * mean, alphaBar * variance + 1 - alphaBar);
  }

  double score(double x) {
    return -(x - mean) / variance;
  }

  /** The score of the noisy data, value by value. */
  Score under(VpSde sde) {
    return (x, t) -> {
      Gaussian noisy = at(sde, t);
      double[] score = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        score[i] = noisy.score(x[i]);
      }
      return score;
    };
  }
}
