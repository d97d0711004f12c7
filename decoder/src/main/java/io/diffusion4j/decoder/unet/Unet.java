package io.diffusion4j.decoder.unet;

import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.unet.ResBlock.SizeChange;
import io.diffusion4j.decoder.unet.UnetLayout.Name;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The ADM U-Net (Dhariwal &amp; Nichol 2021): guided-diffusion's and GLIDE's {@code UNetModel},
 * diffusers' {@code UNet2DModel}, and its {@code UNet2DConditionModel} with unCLIP's blocks.
 *
 * @param config the shape
 */
public record Unet(UnetConfig config) {
  /**
   * The whole network.
   *
   * @param x {@code [B, H, W, inChannels]}
   * @param sinusoid the sinusoid of the time, {@code [B, timeChannels]}, cosines first
   * @param timeAdd a vector that is added to the time embedding, {@code [B, timeEmbedDim]}; none or
   *     one
   * @param context tokens that attention also attends to; none or one
   * @return {@code [B, H, W, outChannels]}
   */
  public Tensor forward(
      Nn nn, Tensor x, Tensor sinusoid, List<Tensor> timeAdd, List<Context> context) {
    var keys = config.layout();
    var encoded = encode(nn, x, sinusoid, timeAdd, context);
    var emb = encoded.time();
    Deque<Tensor> skips = new ArrayDeque<>(encoded.down());
    var h = encoded.middle();
    for (int level = config.levels().size() - 1; level >= 0; level--) {
      var own = config.levels().get(level);
      for (int i = 0; i <= config.layers(); i++) {
        h = nn.concat(3, List.of(h, skips.removeLast()));
        var at = keys.up(config, level, i);
        h = residual(nn, at, own.channels(), 1, h, emb);
        if (own.attentionUp()) {
          h = attention(nn, at, config.heads().up(own.channels()), h, context);
        }
      }
      if (level > 0) {
        h = up(nn.at(keys.upsampler(config, level)), own, h, emb);
      }
    }
    h = nn.at(keys.name(Name.NORM_OUT)).groupNormSilu(h, config.groups(), config.eps());
    return nn.output(
        nn.at(keys.name(Name.CONV_OUT)).conv2d(h, config.outChannels(), 3, 1, Init.ZEROS));
  }

  /**
   * The way down and the middle of a U-Net.
   *
   * @param down the output of each block on the way down, in order
   * @param middle the output of the middle
   * @param time the activation of the time embedding, {@code [B, timeEmbedDim]}
   */
  public record Encoded(List<Tensor> down, Tensor middle, Tensor time) {
    public Encoded {
      down = List.copyOf(down);
    }
  }

  /** Builds the network up to the middle, inclusive. */
  public Encoded encode(
      Nn nn, Tensor x, Tensor sinusoid, List<Tensor> timeAdd, List<Context> context) {
    var keys = config.layout();
    var emb = nn.at(keys.timeEmbedding(0)).linear(sinusoid, config.timeEmbedDim());
    emb = nn.at(keys.timeEmbedding(1)).linear(nn.silu(emb), config.timeEmbedDim());
    for (var add : timeAdd) {
      emb = nn.add(emb, add);
    }
    emb = nn.map(config.activation(), emb);

    List<Tensor> down = new ArrayList<>();
    var h = nn.at(keys.name(Name.CONV_IN)).conv2d(x, config.levels().get(0).channels(), 3);
    down.add(h);
    for (int level = 0; level < config.levels().size(); level++) {
      var own = config.levels().get(level);
      for (int i = 0; i < config.layers(); i++) {
        var at = keys.down(config, level, i);
        h = residual(nn, at, own.channels(), 1, h, emb);
        if (own.attentionDown()) {
          h = attention(nn, at, config.heads().down(own.channels()), h, context);
        }
        down.add(h);
      }
      if (level < config.levels().size() - 1) {
        h = down(nn.at(keys.downsampler(config, level)), own, h, emb);
        down.add(h);
      }
    }

    if (config.middle().present()) {
      h = middle(nn, h, emb, context);
    }
    return new Encoded(down, h, emb);
  }

  private Tensor middle(Nn nn, Tensor x, Tensor emb, List<Context> context) {
    var keys = config.layout();
    var own = config.middle();
    int channels = config.levels().get(config.levels().size() - 1).channels();
    double scale = own.scale();
    var h = residual(nn, keys.middle(0), channels, scale, x, emb);
    if (own.attention()) {
      h =
          new AttentionBlock(config, config.heads().down(channels), own.normGroups(), scale)
              .forward(nn.at(keys.middle(0).attention()), h, context);
    }
    return residual(nn, keys.middle(1), channels, scale, h, emb);
  }

  private Tensor residual(
      Nn nn, UnetLayout.Layer at, int channels, double scale, Tensor x, Tensor emb) {
    return new ResBlock(config, channels, SizeChange.NONE, scale)
        .forward(nn.at(at.residual()), x, emb);
  }

  private Tensor attention(Nn nn, UnetLayout.Layer at, int heads, Tensor x, List<Context> context) {
    return new AttentionBlock(config, heads, config.groups(), 1)
        .forward(nn.at(at.attention()), x, context);
  }

  private Tensor down(Nn nn, UnetConfig.Level level, Tensor x, Tensor emb) {
    int channels = level.channels();
    return switch (level.down()) {
      case RESIDUAL_BLOCK -> new ResBlock(config, channels, SizeChange.DOWN, 1).forward(nn, x, emb);
      case CONVOLUTION ->
          nn.at(config.layout().name(Name.CONV_DOWN))
              .conv2d(x, channels, 3, 2, config.downPadding(), Init.FAN_IN);
      case RESAMPLING -> nn.averagePool(x);
    };
  }

  private Tensor up(Nn nn, UnetConfig.Level level, Tensor x, Tensor emb) {
    int channels = level.channels();
    return switch (level.up()) {
      case RESIDUAL_BLOCK -> new ResBlock(config, channels, SizeChange.UP, 1).forward(nn, x, emb);
      case CONVOLUTION -> nn.at("conv").conv2d(nn.upsampleNearest(x), channels, 3);
      case RESAMPLING -> nn.upsampleNearest(x);
    };
  }
}
