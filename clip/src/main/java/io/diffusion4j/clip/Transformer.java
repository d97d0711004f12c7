package io.diffusion4j.clip;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * The pre-norm transformer in both of CLIP's towers and in GLIDE's text encoder.
 *
 * @param width the width of the tokens, W
 * @param intermediate width of the feed-forward layer
 * @param layers blocks
 * @param heads attention heads
 * @param activation the activation of the feed-forward layer
 * @param eps the ε of the layer normalisations
 */
public record Transformer(
    int width, int intermediate, int layers, int heads, Activation activation, double eps) {
  /** The non-linearities of published CLIPs. */
  public enum Activation {
    GELU,
    /** x·σ(1.702·x), used by OpenAI's weights. */
    QUICK_GELU
  }

  public Transformer {
    Check.that(width >= 1, "hidden_size", width, "≥ 1");
    Check.that(intermediate >= 1, "intermediate_size", intermediate, "≥ 1");
    Check.that(layers >= 1, "num_hidden_layers", layers, "≥ 1");
    Check.that(
        heads >= 1 && width % heads == 0,
        "num_attention_heads",
        heads,
        "a divisor of hidden_size " + width);
  }

  /** Returns the transformer with another number of blocks. */
  Transformer withLayers(int count) {
    return new Transformer(width, intermediate, count, heads, activation, eps);
  }

  /** Shapes: x {@code [B, L, W]} → the same; {@code mask} is added to the attention's logits. */
  public Tensor forward(Nn nn, BlockKeys keys, Tensor x, List<Tensor> mask) {
    var h = x;
    for (int i = 0; i < layers; i++) {
      h = block(keys.block(nn, i), keys, h, mask);
    }
    return h;
  }

  private Tensor block(Nn nn, BlockKeys keys, Tensor x, List<Tensor> mask) {
    // The deviations are those of OpenAI's CLIP.
    Init in = Init.normal(1 / Math.sqrt(width));
    Init out = Init.normal(1 / Math.sqrt(width * 2.0 * layers));
    Init wide = Init.normal(1 / Math.sqrt(2.0 * width));
    var qkv = keys.qkv(nn, keys.norm(nn.at(keys.norm1), x, eps), heads, in);
    var mixed = nn.attention(qkv.get(0), qkv.get(1), qkv.get(2), heads, mask);
    var h = nn.add(x, keys.linear(nn.at(keys.out), mixed, width, out));
    var n = keys.norm(nn.at(keys.norm2), h, eps);
    var mlp = keys.linear(nn.at(keys.widen), n, intermediate, wide);
    mlp = activation == Activation.GELU ? nn.gelu(mlp) : nn.quickGelu(mlp);
    return nn.add(h, keys.linear(nn.at(keys.narrow), mlp, width, out));
  }
}
