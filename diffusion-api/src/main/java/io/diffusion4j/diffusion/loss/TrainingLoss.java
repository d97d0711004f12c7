package io.diffusion4j.diffusion.loss;

import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.sampling.Thresholding;

/**
 * The loss of a network's prediction for one sample at one timestep.
 *
 * @param process the interpretation of the output
 * @param type the loss to minimise
 * @param weighting the weight of the squared error
 */
public record TrainingLoss(ReverseProcess process, LossType type, Weighting weighting) {
  /**
   * A loss and its terms.
   *
   * @param loss the value to minimise
   * @param mse the mean squared error of the output, not weighted
   * @param bound the term of the variational bound in bits per dimension, not weighted
   */
  public record Terms(double loss, double mse, double bound) {}

  /**
   * Returns the loss at t.
   *
   * @param x0 the clean sample
   * @param eps the noise
   * @param xt {@link ReverseStep#noised} of the two
   * @param prediction the output of the network for x_t
   */
  public Terms of(float[] x0, float[] eps, float[] xt, int t, Prediction prediction) {
    ReverseStep step = process.step(t);
    double mse = 0;
    for (int i = 0; i < x0.length; i++) {
      double error = step.target(x0[i], xt[i], eps[i]) - prediction.output()[i];
      mse += error * error / x0.length;
    }
    double bound = step.bound(x0, xt, step.estimate(xt, prediction, Thresholding.NONE));
    double boundWeight = type.boundWeight(process.steps());
    if (!type.isSquareError()) {
      return new Terms(boundWeight * bound, mse, bound);
    }
    double weighted = weighting.weight(step.snr(), step.conversion().x0FromOutput()) * mse;
    double ofVariance = process.variance().isLearned() ? boundWeight * bound : 0;
    return new Terms(weighted + ofVariance, mse, bound);
  }
}
