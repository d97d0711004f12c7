package io.diffusion4j.benchmarks;

import io.diffusion4j.diffusion.Parameterization;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;

/**
 * A step of a plan as one would write it by hand for one sampler alone: a single loop in float32
 * over what this step needs, x̂₀ clipped to ±1. For networks that predict ε, and plans that look
 * back at x̂₀ by one step at most.
 */
record FusedStep(
    float x0FromX,
    float x0FromOutput,
    float ofX,
    float ofX0,
    float ofPast,
    float middle,
    float slope) {
  static FusedStep of(SamplingPlan.Step step) {
    Update update = step.update();
    var from = Conversion.of(Parameterization.EPS, step.alphaBar());
    // ε̂ follows from the clipped x̂₀: ε̂ = (x − √ᾱ·x̂₀) / √(1−ᾱ)
    double epsX = 1 / Math.sqrt(1 - step.alphaBar());
    double epsX0 = -Math.sqrt(step.alphaBar()) * epsX;
    double past = update.past().stream().mapToDouble(Update.Past::factor).sum();
    var noise = update.noise();
    return new FusedStep(
        (float) from.x0FromX(),
        (float) from.x0FromOutput(),
        (float) (update.x() + update.eps() * epsX),
        (float) (update.x0() + update.eps() * epsX0),
        (float) past,
        noise.isNone() ? 0 : (float) ((noise.maxLogVariance() + noise.minLogVariance()) / 4),
        noise.isNone() ? 0 : (float) ((noise.maxLogVariance() - noise.minLogVariance()) / 4));
  }

  private float x0(float x, float output) {
    return Math.max(-1, Math.min(1, x0FromX * x + x0FromOutput * output));
  }

  /** The next sample of a deterministic method of one step. */
  float[] singleStep(float[] x, float[] output) {
    float[] next = new float[x.length];
    for (int i = 0; i < next.length; i++) {
      next[i] = ofX * x[i] + ofX0 * x0(x[i], output[i]);
    }
    return next;
  }

  /** The next sample of a method that looks back; {@code past} becomes the present x̂₀. */
  float[] twoStep(float[] x, float[] output, float[] past) {
    float[] next = new float[x.length];
    for (int i = 0; i < next.length; i++) {
      float x0 = x0(x[i], output[i]);
      next[i] = ofX * x[i] + ofX0 * x0 + ofPast * past[i];
      past[i] = x0;
    }
    return next;
  }

  /** The next sample of a method with noise of a learned variance. */
  float[] ancestral(float[] x, float[] output, float[] variance, float[] noise) {
    float[] next = new float[x.length];
    for (int i = 0; i < next.length; i++) {
      float sigma = (float) Math.exp(middle + slope * variance[i]);
      next[i] = ofX * x[i] + ofX0 * x0(x[i], output[i]) + sigma * noise[i];
    }
    return next;
  }
}
