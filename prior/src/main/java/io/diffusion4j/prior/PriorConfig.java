package io.diffusion4j.prior;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The shape of a prior, in the words of diffusers' {@code config.json}.
 *
 * @param heads attention heads
 * @param headDim channels per head
 * @param layers transformer blocks
 * @param embeddingDim of CLIP embeddings and of the text's hidden states, E
 * @param textLength positions of the text, L
 * @param course how it makes an embedding of noise
 */
public record PriorConfig(
    int heads, int headDim, int layers, int embeddingDim, int textLength, Course course) {
  /** How a prior makes an embedding of noise. */
  public enum Course {
    /** By denoising in steps, each of which the network is told the time of (DALL-E 2, §2.2). */
    DIFFUSION,
    /** In one pass, without a time (ECLIPSE, Patel et al. 2024, §3.2). */
    ONE_PASS
  }

  /** The shape of a diffusion prior. */
  public PriorConfig(int heads, int headDim, int layers, int embeddingDim, int textLength) {
    this(heads, headDim, layers, embeddingDim, textLength, Course.DIFFUSION);
  }

  public PriorConfig {
    Check.that(heads >= 1, "num_attention_heads", heads, "≥ 1");
    Check.that(headDim >= 1, "attention_head_dim", headDim, "≥ 1");
    Check.that(heads * headDim % 2 == 0, "attention_head_dim", headDim, "an even width");
    Check.that(layers >= 1, "num_layers", layers, "≥ 1");
    Check.that(embeddingDim >= 1, "embedding_dim", embeddingDim, "≥ 1");
    Check.that(textLength >= 1, "num_embeddings", textLength, "≥ 1");
  }

  /** The same shape with another course. */
  public PriorConfig withCourse(Course other) {
    return new PriorConfig(heads, headDim, layers, embeddingDim, textLength, other);
  }

  /**
   * Checks that a prior makes embeddings in this way.
   *
   * @throws IllegalArgumentException if it does not
   */
  public void requireCourse(Course expected) {
    Check.that(course == expected, "prior", course, "%s", expected);
  }

  /** Tokens after those of the text: text embedding, time, noised embedding and read-out. */
  int extraTokens() {
    return course == Course.DIFFUSION ? 4 : 3;
  }

  /** Width of the transformer, W. */
  public int width() {
    return heads * headDim;
  }
}
