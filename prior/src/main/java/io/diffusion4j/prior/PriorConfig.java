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
 */
public record PriorConfig(int heads, int headDim, int layers, int embeddingDim, int textLength) {
  public PriorConfig {
    Check.that(heads >= 1, "num_attention_heads", heads, "≥ 1");
    Check.that(headDim >= 1, "attention_head_dim", headDim, "≥ 1");
    Check.that(heads * headDim % 2 == 0, "attention_head_dim", headDim, "an even width");
    Check.that(layers >= 1, "num_layers", layers, "≥ 1");
    Check.that(embeddingDim >= 1, "embedding_dim", embeddingDim, "≥ 1");
    Check.that(textLength >= 1, "num_embeddings", textLength, "≥ 1");
  }

  /** Width of the transformer, W. */
  public int width() {
    return heads * headDim;
  }
}
