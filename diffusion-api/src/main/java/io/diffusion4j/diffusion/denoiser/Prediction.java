package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.guidance.GradientGuidedDenoiser;
import io.diffusion4j.diffusion.process.Parameterization;

/**
 * A network's answer to one {@link Query}.
 *
 * @param output ε, x₀ or v, as the network's {@link Parameterization} says; the size of the sample
 * @param variance the interpolation v between the smallest and the largest posterior log-variance,
 *     nominally in [−1, 1] (Nichol &amp; Dhariwal 2021, eq. 15); empty if the variance is not
 *     learned
 * @param gradient s·∇ log p(y | x_t), by which a step shifts its mean or its score ({@link
 *     GradientGuidedDenoiser#byStep}); empty if nothing guides so
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record Prediction(float[] output, float[] variance, float[] gradient) {
  private static final float[] NONE = {};

  public Prediction {
    requireSize("variance", variance, output);
    requireSize("gradient", gradient, output);
  }

  /** A prediction that nothing guides. */
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

  /** A prediction without a learned variance. */
  public static Prediction of(float[] output) {
    return new Prediction(output, NONE);
  }

  /** The same with another output. */
  public Prediction withOutput(float[] other) {
    return new Prediction(other, variance, gradient);
  }

  /** The same with another gradient. */
  public Prediction withGradient(float[] other) {
    return new Prediction(output, variance, other);
  }

  public boolean hasVariance() {
    return variance.length != 0;
  }

  public boolean hasGradient() {
    return gradient.length != 0;
  }
}
