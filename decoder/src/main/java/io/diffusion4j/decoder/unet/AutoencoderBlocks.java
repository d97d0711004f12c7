package io.diffusion4j.decoder.unet;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * The blocks of diffusers' autoencoders ({@code AutoencoderKL}, {@code VQModel}): residual blocks
 * without a time embedding, and attention of one head over all pixels.
 *
 * @param norm how feature maps are normalised
 */
public record AutoencoderBlocks(Normalization norm) {
  /** A residual block: {@code [B, H, W, C]} → {@code [B, H, W, channels]}. */
  public Tensor residual(Nn nn, Tensor x, int channels) {
    var h = norm.activated(nn.at("norm1"), x);
    h = nn.at("conv1").conv2d(h, channels, 3);
    h = norm.activated(nn.at("norm2"), h);
    h = nn.at("conv2").conv2d(h, channels, 3);
    var skip = x.last() == channels ? x : nn.at("conv_shortcut").conv2d(x, channels, 1);
    return nn.add(skip, h);
  }

  /**
   * Applies attention of all pixels to all pixels, and adds the residual: {@code [B, H, W, C]} →
   * the same.
   */
  public Tensor attention(Nn nn, Tensor x) {
    long channels = x.last();
    var normed = norm.plain(nn.at(norm.attentionName()), x);
    var tokens = nn.reshape(normed, -1, x.size(1) * x.size(2), channels);
    var q = nn.at("to_q").linear(tokens, channels);
    var k = nn.at("to_k").linear(tokens, channels);
    var v = nn.at("to_v").linear(tokens, channels);
    var mixed = nn.at("to_out.0").linear(nn.attention(q, k, v, 1, List.of()), channels);
    return nn.add(x, nn.reshape(mixed, -1, x.size(1), x.size(2), channels));
  }

  /** Applies the middle of an encoder or decoder: a residual block, attention, a residual block. */
  public Tensor middle(Nn nn, Tensor x) {
    int channels = Math.toIntExact(x.last());
    var h = residual(nn.at("resnets", 0), x, channels);
    h = attention(nn.at("attentions", 0), h);
    return residual(nn.at("resnets", 1), h, channels);
  }
}
