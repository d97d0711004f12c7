package io.diffusion4j.latent;

/**
 * The embedding of a guidance scale for networks that guidance was distilled into (Meng et al.
 * 2023), in the form of latent consistency models (Luo et al. 2023): {@code [sin(a₀), …, cos(a₀),
 * …]} with aᵢ = 1000·(g − 1)·10000^(−i/(h − 1)), h = width / 2. It differs from the embedding of
 * timesteps in the order and in the denominator.
 */
final class GuidanceEmbedding {
  private static final float SCALE = 1000;
  private static final double MAX_PERIOD = 10_000;

  private GuidanceEmbedding() {}

  /**
   * Returns the embedding of a scale, rounded as the reference does.
   *
   * @param scale the guidance scale g
   * @param width at least 4; the last value is 0 if the width is odd
   */
  static float[] of(double scale, int width) {
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
}
