package io.diffusion4j.prior;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The shape of a prior, with the names of diffusers' {@code config.json}.
 *
 * @param heads attention heads
 * @param headDim channels per head
 * @param layers transformer blocks
 * @param embeddingDim the dimension of CLIP embeddings and of the text's hidden states, E
 * @param textLength positions of the text, L
 * @param course the way from noise to an embedding
 */
public record PriorConfig(
    int heads, int headDim, int layers, int embeddingDim, int textLength, Course course) {
  /** The way from noise to an embedding. */
  public enum Course {
    /** Denoising in steps, with the time as an input of the network (DALL-E 2, §2.2). */
    DIFFUSION,
    /** A single pass, without a time (ECLIPSE, Patel et al. 2024, §3.2). */
    ONE_PASS
  }

  /** Creates the shape of a diffusion prior. */
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

  /** Returns the same shape with another course. */
  public PriorConfig withCourse(Course other) {
    return new PriorConfig(heads, headDim, layers, embeddingDim, textLength, other);
  }

  /**
   * Checks that a prior has this course.
   *
   * @throws IllegalArgumentException if it does not
   */
  public void requireCourse(Course expected) {
    Check.that(course == expected, "prior", course, "%s", expected);
  }

  /**
   * Returns the number of tokens after the text: text embedding, time, noised embedding and
   * read-out.
   */
  int extraTokens() {
    return course == Course.DIFFUSION ? 4 : 3;
  }

  /** Returns the width of the transformer, W. */
  public int width() {
    return heads * headDim;
  }
}
