package io.diffusion4j.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Diffusers' {@code UNet2DModel} with its plain blocks and those with attention, as recorded
 * training steps have it.
 *
 * @param config its settings
 */
record UnconditionalUnet(JsonNode config) {
  int timeChannels() {
    return channels(0);
  }

  private int channels(int level) {
    return config.get("block_out_channels").get(level).asInt();
  }

  private int groups() {
    return config.get("norm_num_groups").asInt();
  }

  private double eps() {
    return config.get("norm_eps").asDouble();
  }

  /** Shapes: x {@code [B, H, W, C]}, time {@code [B, T]} → {@code [B, H, W, C']}. */
  Tensor forward(Nn nn, Tensor x, Tensor time) {
    int levels = config.get("block_out_channels").size();
    int layers = config.get("layers_per_block").asInt();
    var emb = nn.at("time_embedding");
    var t =
        emb.at("linear_2")
            .linear(nn.silu(emb.at("linear_1").linear(time, 4L * channels(0))), 4L * channels(0));
    t = nn.silu(t);
    var h = nn.at("conv_in").conv2d(x, channels(0), 3);
    Deque<Tensor> skips = new ArrayDeque<>();
    skips.push(h);
    for (int level = 0; level < levels; level++) {
      var block = nn.at("down_blocks", level);
      boolean attends = config.get("down_block_types").get(level).asText().startsWith("Attn");
      for (int i = 0; i < layers; i++) {
        h = layer(block, i, h, t, channels(level), attends);
        skips.push(h);
      }
      if (level < levels - 1) {
        h =
            block
                .at("downsamplers.0.conv")
                .conv2d(h, channels(level), 3, 2, io.diffusion4j.nn.weights.Init.FAN_IN);
        skips.push(h);
      }
    }
    var middle = nn.at("mid_block");
    h = layer(middle, 0, h, t, channels(levels - 1), true);
    h = layer(middle, 1, h, t, channels(levels - 1), false);
    for (int up = 0; up < levels; up++) {
      var block = nn.at("up_blocks", up);
      boolean attends = config.get("up_block_types").get(up).asText().startsWith("Attn");
      for (int i = 0; i <= layers; i++) {
        h = nn.concat(3, java.util.List.of(h, skips.pop()));
        h = layer(block, i, h, t, channels(levels - 1 - up), attends);
      }
      if (up < levels - 1) {
        h =
            block
                .at("upsamplers.0.conv")
                .conv2d(nn.upsampleNearest(h), channels(levels - 1 - up), 3);
      }
    }
    h = nn.at("conv_norm_out").groupNormSilu(h, groups(), eps());
    return nn.at("conv_out").conv2d(h, config.get("out_channels").asInt(), 3);
  }

  private Tensor layer(Nn block, int i, Tensor x, Tensor time, int channels, boolean attends) {
    var nn = block.at("resnets", i);
    var h = nn.at("norm1").groupNormSilu(x, groups(), eps());
    h = nn.at("conv1").conv2d(h, channels, 3);
    h = nn.add(h, nn.reshape(nn.at("time_emb_proj").linear(time, channels), -1, 1, 1, channels));
    h = nn.at("norm2").groupNormSilu(h, groups(), eps());
    h = nn.at("conv2").conv2d(h, channels, 3);
    var skip = x.last() == channels ? x : nn.at("conv_shortcut").conv2d(x, channels, 1);
    var sum = nn.add(skip, h);
    return attends ? attention(block.at("attentions", i), sum) : sum;
  }

  private Tensor attention(Nn nn, Tensor x) {
    long pixels = x.size(1) * x.size(2);
    int heads = (int) x.last() / config.get("attention_head_dim").asInt();
    var n = nn.reshape(nn.at("group_norm").groupNorm(x, groups(), eps()), -1, pixels, x.last());
    var q = nn.at("to_q").linear(n, x.last());
    var k = nn.at("to_k").linear(n, x.last());
    var v = nn.at("to_v").linear(n, x.last());
    var h = nn.at("to_out.0").linear(nn.attention(q, k, v, heads, java.util.List.of()), x.last());
    return nn.add(x, nn.reshape(h, -1, x.size(1), x.size(2), x.last()));
  }
}
