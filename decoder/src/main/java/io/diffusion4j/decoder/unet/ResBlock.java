package io.diffusion4j.decoder.unet;

import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.unet.UnetLayout.Name;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;

/**
 * The residual block of the ADM U-Net (Dhariwal &amp; Nichol 2021, appendix A), diffusers' {@code
 * ResnetBlock2D}.
 *
 * @param unet the network's shape
 * @param channels the channels of the output
 * @param change between the first normalisation and the first convolution
 * @param scale divisor of the sum of both branches
 */
record ResBlock(UnetConfig unet, long channels, SizeChange change, double scale) {
  /** The change of resolution in a block, on both of its branches. */
  enum SizeChange {
    NONE,
    /** The mean of 2×2 pixels. */
    DOWN,
    /** Each pixel four times. */
    UP
  }

  /**
   * Shapes: x {@code [B, H, W, C]}, emb {@code [B, E]} → {@code [B, H', W', channels]}.
   *
   * @param emb activation of the time embedding, which all blocks share
   */
  Tensor forward(Nn nn, Tensor x, Tensor emb) {
    var h = activated(nn, at(nn, Name.NORM_1), x);
    h = at(nn, Name.CONV_1).conv2d(resized(nn, h), channels, 3);
    var time = at(nn, Name.TIME);
    var norm = at(nn, Name.NORM_2);
    if (unet.timeConditioning() == TimeConditioning.SCALE_SHIFT) {
      h = norm.groupNormSilu(h, unet.groups(), unet.eps(), time.linear(emb, 2 * channels));
    } else {
      h = nn.add(h, nn.reshape(time.linear(emb, channels), -1, 1, 1, channels));
      h = activated(nn, norm, h);
    }
    h = at(nn, Name.CONV_2).conv2d(h, channels, 3, 1, Init.ZEROS);
    var skip = resized(nn, x);
    if (x.last() != channels) {
      skip = at(nn, Name.SKIP).conv2d(skip, channels, 1);
    }
    return over(nn, nn.add(skip, h), scale);
  }

  private Nn at(Nn nn, Name part) {
    return nn.at(unet.layout().name(part));
  }

  private Tensor activated(Nn nn, Nn norm, Tensor x) {
    return unet.activation() == Function.SILU
        ? norm.groupNormSilu(x, unet.groups(), unet.eps())
        : nn.map(unet.activation(), norm.groupNorm(x, unet.groups(), unet.eps()));
  }

  /** Computes x / scale. */
  static Tensor over(Nn nn, Tensor x, double scale) {
    return scale == 1 ? x : nn.multiply(x, nn.input(nn.constant(1 / scale)));
  }

  private Tensor resized(Nn nn, Tensor x) {
    return switch (change) {
      case NONE -> x;
      case DOWN -> nn.averagePool(x);
      case UP -> nn.upsampleNearest(x);
    };
  }
}
