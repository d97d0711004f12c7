package io.diffusion4j.prior;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * The network of the autoregressive prior (DALL-E 2, §2.2): a causal transformer over the text's
 * tokens, the text embedding, a token for the dot product of text and image, and the codes of the
 * image embedding. The token before a code predicts it, so a code sees the text and the codes
 * before it. The blocks are those of {@link PriorTransformer}; all codes share one table, since
 * code c means the same share of the range in every component.
 *
 * @param config the shape
 */
public record AutoregressiveTransformer(AutoregressiveConfig config) implements NetworkDefinition {
  /** Input: the number of the dot product's bucket, or {@link DotBuckets#none}. */
  static final String DOT = "dot";

  /**
   * Input {@code [K]}: the codes; the last one is ignored, and codes that are not drawn yet may
   * have any value.
   */
  static final String CODES = "codes";

  /** Returns the logits of each code, {@code [B, K, N]}. */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    return List.of(forward(nn, inputs, inputs.ints(CODES, config.components())));
  }

  /** Returns the logits of each code, {@code [B, K, N]}, from the {@code [B, K]} codes. */
  Tensor forward(Nn nn, Inputs inputs, Tensor codes) {
    int e = config.embeddingDim();
    int l = config.textLength();
    int k = config.components();
    int w = config.width();
    int before = l + 1; // the last token before the first that predicts
    int length = before + k;
    var textEmbedding = nn.input(inputs.floats(PriorTransformer.TEXT_EMBEDDING, e));
    var hidden = nn.input(inputs.floats(PriorTransformer.HIDDEN, l, e));
    var present = inputs.floats(PriorTransformer.PRESENT, l);
    var dot = nn.reshape(inputs.ints(DOT), -1, 1);

    var known = nn.slice(codes, 0, k - 1L);
    var h =
        nn.concat(
            1,
            List.of(
                nn.at("encoder_hidden_states_proj").linear(hidden, w),
                PriorTransformer.token(nn, nn.at("embedding_proj").linear(textEmbedding, w)),
                nn.at("dot_embedding")
                    .embedding(dot, config.dotBuckets() + 1L, w, PriorTransformer.SMALL),
                nn.at("code_embedding")
                    .embedding(known, config.buckets(), w, PriorTransformer.SMALL)));
    Tensor places = nn.learned("positional_embedding", PriorTransformer.SMALL, length, w);
    h = nn.add(h, places);
    var mask = PriorTransformer.mask(nn, present, length - l);
    for (int i = 0; i < config.layers(); i++) {
      h = PriorTransformer.block(nn.at("transformer_blocks", i), h, config.heads(), mask);
    }
    var predicting = nn.slice(h, 1, before, k);
    var last = nn.at("norm_out").layerNorm(predicting, PriorTransformer.EPS);
    return nn.output(nn.at("proj_to_codes").linear(last, config.buckets()));
  }
}
