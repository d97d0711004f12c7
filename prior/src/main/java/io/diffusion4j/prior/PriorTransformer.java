package io.diffusion4j.prior;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.weights.Init;
import java.util.ArrayList;
import java.util.List;

/**
 * The prior's network (DALL-E 2, §2.2): a causal transformer over the text's tokens, the text
 * embedding, the time, the noisy image embedding and a read-out token, whose output predicts the
 * clean image embedding. The keys are those of diffusers' {@code PriorTransformer}. A one-pass
 * prior has no time, and its output is the embedding.
 *
 * @param config the shape
 */
public record PriorTransformer(PriorConfig config) implements NetworkDefinition {
  /** Input {@code [E]}: the text embedding. */
  static final String TEXT_EMBEDDING = "text_embedding";

  /** Input {@code [L, E]}: the text's hidden states. */
  static final String HIDDEN = "hidden";

  /** Input {@code [L]}: 1 for tokens of the text, 0 for padding. */
  static final String PRESENT = "present";

  static final double EPS = 1e-5;
  private static final float MASKED = -10_000;
  static final Init SMALL = Init.normal(0.02);

  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    return List.of(forward(nn, inputs));
  }

  /** Gives the inputs that describe a text the names of diffusers. */
  static StoredNetwork named(StoredNetwork network) {
    return network
        .named(TEXT_EMBEDDING, "proj_embedding")
        .named(HIDDEN, "encoder_hidden_states")
        .named(PRESENT, "attention_mask");
  }

  /** Returns the predicted clean embedding, standardised, {@code [B, E]}. */
  Tensor forward(Nn nn, Inputs inputs) {
    int e = config.embeddingDim();
    int l = config.textLength();
    int w = config.width();
    var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, e));
    var textEmbedding = nn.input(inputs.floats(TEXT_EMBEDDING, e));
    var hidden = nn.input(inputs.floats(HIDDEN, l, e));
    var present = inputs.floats(PRESENT, l);

    var text = nn.at("encoder_hidden_states_proj").linear(hidden, w);
    var readOut = nn.learned("prd_embedding", SMALL, 1, w);
    List<Tensor> tokens = new ArrayList<>();
    tokens.add(text);
    tokens.add(token(nn, nn.at("embedding_proj").linear(textEmbedding, w)));
    if (config.course() == PriorConfig.Course.DIFFUSION) {
      tokens.add(token(nn, time(nn, nn.input(inputs.floats(NetworkDenoiser.TIME, w)))));
    }
    tokens.add(token(nn, nn.at("proj_in").linear(x, w)));
    tokens.add(nn.forEach(readOut, text));
    int extra = config.extraTokens();
    var h = nn.add(nn.concat(1, tokens), nn.learned("positional_embedding", SMALL, l + extra, w));
    var mask = mask(nn, present, extra);
    for (int i = 0; i < config.layers(); i++) {
      h = block(nn.at("transformer_blocks", i), h, config.heads(), mask);
    }
    // Only the read-out is used, so only it is normalised.
    var last = nn.at("norm_out").layerNorm(nn.position(h, l + extra - 1), EPS);
    return nn.output(nn.at("proj_to_clip_embeddings").linear(last, e));
  }

  /** Returns the time embedding of a sinusoid {@code [B, W]}. */
  private static Tensor time(Nn nn, Tensor sinusoid) {
    long w = sinusoid.last();
    var h = nn.at("time_embedding.linear_1").linear(sinusoid, w);
    return nn.at("time_embedding.linear_2").linear(nn.silu(h), w);
  }

  static Tensor token(Nn nn, Tensor x) {
    return nn.reshape(x, -1, 1, x.last());
  }

  /** Shapes: x {@code [B, S, W]} → the same. */
  static Tensor block(Nn nn, Tensor x, int heads, List<Tensor> mask) {
    long w = x.last();
    var n = nn.at("norm1").layerNorm(x, EPS);
    var attn = nn.at("attn1");
    var mixed =
        attn.selfAttention(
            attn.at("to_q").linear(n, w),
            attn.at("to_k").linear(n, w),
            attn.at("to_v").linear(n, w),
            heads,
            mask);
    var h = nn.add(x, attn.at("to_out.0").linear(mixed, w));
    var ff = nn.at("ff.net.0.proj").linear(nn.at("norm3").layerNorm(h, EPS), 4 * w);
    return nn.block(x, nn.add(h, nn.at("ff.net.2").linear(nn.gelu(ff), w)));
  }

  /**
   * Hides later positions and the text's padding; tokens after the text are visible to all later
   * positions.
   *
   * @param present {@code [B, L]}: 1 for tokens of the text, 0 for padding
   */
  static List<Tensor> mask(Nn nn, Tensor present, int extra) {
    int l = Math.toIntExact(present.last());
    return List.of(nn.causalMask(l + extra, MASKED), nn.hide(present, MASKED, extra));
  }
}
