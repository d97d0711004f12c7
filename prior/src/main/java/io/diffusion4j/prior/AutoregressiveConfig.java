package io.diffusion4j.prior;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The shape of an autoregressive prior.
 *
 * @param heads attention heads
 * @param headDim channels per head
 * @param layers transformer blocks
 * @param embeddingDim the dimension of CLIP embeddings and of the text's hidden states, E
 * @param textLength positions of the text, L
 * @param components codes of an image embedding, K, at most E
 * @param buckets values of a code, N
 * @param dotBuckets values of the dot product's token, D; even, since sampling uses the upper half
 */
public record AutoregressiveConfig(
    int heads,
    int headDim,
    int layers,
    int embeddingDim,
    int textLength,
    int components,
    int buckets,
    int dotBuckets) {
  public AutoregressiveConfig {
    Check.that(heads >= 1, "num_attention_heads", heads, "≥ 1");
    Check.that(headDim >= 1, "attention_head_dim", headDim, "≥ 1");
    Check.that(layers >= 1, "num_layers", layers, "≥ 1");
    Check.that(embeddingDim >= 1, "embedding_dim", embeddingDim, "≥ 1");
    Check.that(textLength >= 1, "num_embeddings", textLength, "≥ 1");
    Check.that(
        components >= 2 && components <= embeddingDim,
        "components",
        components,
        "2 to embedding_dim " + embeddingDim);
    Check.that(buckets >= 2, "buckets", buckets, "≥ 2");
    Check.that(dotBuckets >= 2 && dotBuckets % 2 == 0, "dot_buckets", dotBuckets, "even, ≥ 2");
  }

  /** Creates a configuration with the transformer of a diffusion prior. */
  public static AutoregressiveConfig like(
      PriorConfig prior, int layers, int components, int buckets, int dotBuckets) {
    return new AutoregressiveConfig(
        prior.heads(),
        prior.headDim(),
        layers,
        prior.embeddingDim(),
        prior.textLength(),
        components,
        buckets,
        dotBuckets);
  }

  /** Returns the width of the transformer, W. */
  public int width() {
    return heads * headDim;
  }
}
