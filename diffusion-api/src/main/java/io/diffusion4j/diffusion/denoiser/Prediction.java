package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.guidance.GradientGuidedDenoiser;
import io.diffusion4j.diffusion.process.Parameterization;

/**
 * The output of a network for one {@link Query}.
 *
 * @param output ε, x₀ or v, depending on the network's {@link Parameterization}; the size of the
 *     sample
 * @param variance the interpolation v between the smallest and the largest posterior log-variance,
 *     nominally in [−1, 1] (Nichol &amp; Dhariwal 2021, eq. 15); empty if the variance is not
 *     learned
 * @param gradient s·∇ log p(y | x_t), by which a step shifts its mean or its score ({@link
 *     GradientGuidedDenoiser#byStep}); empty without such guidance
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record Prediction(float[] output, float[] variance, float[] gradient) {
  private static final float[] NONE = {};

  public Prediction {
    requireSize("variance", variance, output);
    requireSize("gradient", gradient, output);
  }

  /** Creates a prediction without a guiding gradient. */
  public Prediction(float[] output, float[] variance) {
    this(output, variance, NONE);
  }

  private static void requireSize(String name, float[] values, float[] output) {
    Check.that(
        values.length == 0 || values.length == output.length,
        name,
        values.length + " values",
        "0 or %s",
        output.length);
  }

  /** Creates a prediction without a learned variance. */
  public static Prediction of(float[] output) {
    return new Prediction(output, NONE);
  }

  /** Returns the same prediction with another output. */
  public Prediction withOutput(float[] other) {
    return new Prediction(other, variance, gradient);
  }

  /** Returns the same prediction with another gradient. */
  public Prediction withGradient(float[] other) {
    return new Prediction(output, variance, other);
  }

  /** Returns whether the network also predicted a variance. */
  public boolean hasVariance() {
    return variance.length != 0;
  }

  /** Returns whether a gradient guides the step. */
  public boolean hasGradient() {
    return gradient.length != 0;
  }
}
