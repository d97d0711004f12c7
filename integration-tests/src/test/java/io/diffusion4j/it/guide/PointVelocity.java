package io.diffusion4j.it.guide;

import static io.diffusion4j.it.guide.PointDiffusion.NOISE;
import static io.diffusion4j.it.guide.PointDiffusion.inputs;

import io.diffusion4j.nn.engine.CompiledNetwork;

/** A trained DDPM as a flow. */
final class PointVelocity {
  private PointVelocity() {}

  // snippet: converted
  /** The velocity at (x, σ) from a network that was trained to predict ε on a DDPM schedule. */
  static float[] velocity(CompiledNetwork network, float[] x, double sigma) {
    double length = Math.hypot(1 - sigma, sigma); // r
    int t = 0; // the timestep with ᾱ_t = (1−σ)²/r²
    while (t < 999 && Math.sqrt(NOISE.alphaBar(t)) > (1 - sigma) / length) {
      t++;
    }
    float[] xt = new float[x.length];
    for (int k = 0; k < x.length; k++) {
      xt[k] = (float) (x[k] / length); // x_t = x_σ/r
    }
    float[] v = network.run(inputs(xt, t)).get(0); // ε̂
    for (int k = 0; k < x.length; k++) {
      v[k] = (float) ((v[k] - x[k]) / (1 - sigma)); // (ε̂ − x_σ)/(1 − σ)
    }
    return v;
  }
  // end snippet
}
