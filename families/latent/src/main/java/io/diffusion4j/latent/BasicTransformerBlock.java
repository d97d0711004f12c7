package io.diffusion4j.latent;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * A block of the U-Net's transformers, diffusers' class of this name: attention of the pixels to
 * each other, then to the text, and a feed-forward layer, each of the normalised value and added to
 * it.
 *
 * @param heads the number of attention heads
 * @param textOnly whether the first attention is to the text, too
 */
record BasicTransformerBlock(int heads, boolean textOnly) {
  private static final double EPS = 1e-5;

  /** Shapes: x {@code [B, H·W, C]}, text {@code [B, L, contextDim]} → that of x. */
  Tensor forward(Nn nn, Tensor x, Tensor text) {
    var normed = nn.at("norm1").layerNorm(x, EPS);
    var h = nn.add(x, attention(nn.at("attn1"), normed, textOnly ? text : normed));
    h = nn.add(h, attention(nn.at("attn2"), nn.at("norm2").layerNorm(h, EPS), text));
    h = nn.add(h, feedForward(nn.at("ff.net"), nn.at("norm3").layerNorm(h, EPS)));
    return textOnly ? h : nn.block(x, h);
  }

  private Tensor attention(Nn at, Tensor x, Tensor seen) {
    long width = x.last();
    var q = at.at("to_q").linearNoBias(x, width, Init.FAN_IN);
    var k = at.at("to_k").linearNoBias(seen, width, Init.FAN_IN);
    var v = at.at("to_v").linearNoBias(seen, width, Init.FAN_IN);
    var mixed =
        seen.equals(x)
            ? at.selfAttention(q, k, v, heads, List.of())
            : at.attention(q, k, v, heads, List.of());
    return at.at("to_out.0").linear(mixed, width);
  }

  /** Applies the GEGLU of Shazeer (2020) and a dense layer. */
  private static Tensor feedForward(Nn at, Tensor x) {
    long width = x.last();
    var both = at.at("0.proj").linear(x, 8 * width);
    var value = at.slice(both, 0, 4 * width);
    var gate = at.slice(both, 4 * width, 4 * width);
    return at.at("2").linear(at.multiply(value, at.gelu(gate)), width);
  }
}
