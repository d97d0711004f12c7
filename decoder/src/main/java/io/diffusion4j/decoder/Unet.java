package io.diffusion4j.decoder;

import io.diffusion4j.decoder.ResBlock.Resampling;
import io.diffusion4j.tf.nn.Init;
import io.diffusion4j.tf.nn.Nn;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The ADM U-Net (Dhariwal &amp; Nichol 2021) with diffusers' structure and keys: {@code
 * UNet2DConditionModel} with unCLIP's blocks for the decoder, {@code UNet2DModel} for upsamplers.
 *
 * @param config the shape
 */
public record Unet(UnetConfig config) {
  /**
   * The whole network.
   *
   * @param x {@code [B, H, W, inChannels]}
   * @param sinusoid of the time, {@code [B, timeChannels]}, cosines first
   * @param timeAdd what is added to the time embedding, {@code [B, timeEmbedDim]}; none or one
   * @param context what attention looks at; none or one
   * @return {@code [B, H, W, outChannels]}
   */
  Operand<TFloat32> forward(
      Nn nn,
      Operand<TFloating> x,
      Operand<TFloating> sinusoid,
      List<Operand<TFloating>> timeAdd,
      List<Context> context) {
    var emb = nn.at("time_embedding.linear_1").linear(sinusoid, config.timeEmbedDim());
    emb = nn.at("time_embedding.linear_2").linear(nn.silu(emb), config.timeEmbedDim());
    for (var add : timeAdd) {
      emb = nn.add(emb, add);
    }
    emb = nn.silu(emb);

    Deque<Operand<TFloating>> skips = new ArrayDeque<>();
    var h = nn.at("conv_in").conv2d(x, config.blockChannels().get(0), 3);
    skips.push(h);
    for (int level = 0; level < config.levels(); level++) {
      var block = nn.at("down_blocks", level);
      int channels = config.blockChannels().get(level);
      for (int i = 0; i < config.layers(); i++) {
        h = layer(block, i, channels, config.attention().get(level), h, emb, context);
        skips.push(h);
      }
      if (level < config.levels() - 1) {
        h =
            new ResBlock(config, channels, Resampling.DOWN)
                .forward(block.at("downsamplers.0"), h, emb);
        skips.push(h);
      }
    }

    var mid = nn.at("mid_block");
    int deepest = config.blockChannels().get(config.levels() - 1);
    h = layer(mid, 0, deepest, config.midAttention(), h, emb, context);
    h = new ResBlock(config, deepest, Resampling.NONE).forward(mid.at("resnets.1"), h, emb);

    for (int i = 0; i < config.levels(); i++) {
      int level = config.levels() - 1 - i;
      var block = nn.at("up_blocks", i);
      int channels = config.blockChannels().get(level);
      for (int j = 0; j <= config.layers(); j++) {
        h = nn.concat(3, List.of(h, skips.pop()));
        h = layer(block, j, channels, config.attention().get(level), h, emb, context);
      }
      if (level > 0) {
        h = new ResBlock(config, channels, Resampling.UP).forward(block.at("upsamplers.0"), h, emb);
      }
    }
    h = nn.at("conv_norm_out").groupNormSilu(h, config.groups(), config.eps());
    return nn.output(nn.at("conv_out").conv2d(h, config.outChannels(), 3, 1, Init.ZEROS));
  }

  private Operand<TFloating> layer(
      Nn block,
      int i,
      int channels,
      boolean attends,
      Operand<TFloating> x,
      Operand<TFloating> emb,
      List<Context> context) {
    var h = new ResBlock(config, channels, Resampling.NONE).forward(block.at("resnets", i), x, emb);
    return attends ? new AttentionBlock(config).forward(block.at("attentions", i), h, context) : h;
  }
}
