package io.diffusion4j.latent;

import io.diffusion4j.diffusion.stage.Pixels;

/**
 * The conditioning of the U-Net for one picture. It does not depend on the timestep.
 *
 * @param size the size of the latents
 * @param states {@code [L, contextDim]}: the states of the text
 * @param beside {@code [H, W, C]}: what the network sees beside the noised latents; empty for none
 * @param guidance the {@linkplain #embedded embedding} of the guidance scale; empty for none
 * @param label the class label; empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
record UnetCondition(Pixels size, float[] states, float[] beside, float[] guidance, float[] label) {
  private static final float SCALE = 1000;
  private static final double MAX_PERIOD = 10_000;

  /**
   * Returns the embedding of a guidance scale for networks that guidance was distilled into (Meng
   * et al. 2023), in the form of latent consistency models (Luo et al. 2023): {@code [sin(a₀), …,
   * cos(a₀), …]} with aᵢ = 1000·(g − 1)·10000^(−i/(h − 1)), h = width / 2. It differs from the
   * embedding of timesteps in the order and in the denominator, and is rounded as the reference
   * does.
   *
   * @param scale the guidance scale g
   * @param width at least 4; the last value is 0 if the width is odd
   */
  static float[] embedded(double scale, int width) {
    int half = width / 2;
    float step = (float) -(StrictMath.log(MAX_PERIOD) / (half - 1));
    float scaled = SCALE * (float) (scale - 1);
    float[] embedding = new float[width];
    for (int i = 0; i < half; i++) {
      float angle = scaled * (float) StrictMath.exp(i * step);
      embedding[i] = (float) StrictMath.sin(angle);
      embedding[half + i] = (float) StrictMath.cos(angle);
    }
    return embedding;
  }

  /** Returns the condition of a text alone. */
  static UnetCondition of(Pixels size, float[] states) {
    return new UnetCondition(size, states, new float[0], new float[0], new float[0]);
  }

  /** Returns the same condition with other tokens in place of the text. */
  UnetCondition withStates(float[] other) {
    return new UnetCondition(size, other, beside, guidance, label);
  }

  /** Returns the same condition with an input beside the latents. */
  UnetCondition beside(float[] other) {
    return new UnetCondition(size, states, other, guidance, label);
  }

  /** Returns the same condition with the embedding of a guidance scale. */
  UnetCondition guided(float[] embedding) {
    return new UnetCondition(size, states, beside, embedding, label);
  }

  /** Returns the same condition with a class label. */
  UnetCondition labelled(float[] other) {
    return new UnetCondition(size, states, beside, guidance, other);
  }
}
