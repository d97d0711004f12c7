package io.diffusion4j.decoder.dit;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** U-ViT (Bao et al. 2023, fig. 1), with the keys of the published files. */
record Uvit(UvitConfig config) {
  private static final double EPS = 1e-5;
  private static final int WIDENING = 4;
  private static final Init SMALL = Init.normal(0.02);

  Tensor forward(Nn nn, Tensor x, Tensor sinusoid, List<Tensor> label) {
    int width = config.width();
    int grid = config.size() / config.patch();
    long patches = (long) grid * grid;

    List<Tensor> tokens = new ArrayList<>();
    label.forEach(row -> tokens.add(nn.reshape(row, -1, 1, width)));
    tokens.add(nn.reshape(time(nn.at("time_embed"), sinusoid), -1, 1, width));
    long extras = tokens.size();
    tokens.add(nn.at("patch_embed.proj").biasedPatches(x, width, config.patch(), Init.FAN_IN));
    var h = nn.concat(1, tokens);
    h = nn.add(h, nn.learned("pos_embed", SMALL, extras + patches, width));

    Deque<Tensor> skips = new ArrayDeque<>();
    for (int i = 0; i < config.depth() / 2; i++) {
      h = block(nn.at("in_blocks", i), h);
      skips.push(h);
    }
    h = block(nn.at("mid_block"), h);
    for (int i = 0; i < config.depth() / 2; i++) {
      var block = nn.at("out_blocks", i);
      h = block.at("skip_linear").linear(nn.concat(2, List.of(h, skips.pop())), width, SMALL);
      h = block(block, h);
    }

    h = nn.at("norm").layerNorm(h, EPS);
    long values = (long) config.patch() * config.patch() * config.channels();
    h = nn.slice(nn.at("decoder_pred").linear(h, values, SMALL), 1, extras, patches);
    var image = nn.unpatched(h, grid, grid, config.patch());
    return nn.output(
        config.lastConvolution()
            ? nn.at("final_layer").conv2d(image, config.channels(), 3)
            : image);
  }

  private Tensor time(Nn nn, Tensor sinusoid) {
    if (!config.timeMlp()) {
      return sinusoid;
    }
    int width = config.width();
    var h = nn.at("0").linear(sinusoid, (long) WIDENING * width, SMALL);
    return nn.at("2").linear(nn.silu(h), width, SMALL);
  }

  private Tensor block(Nn nn, Tensor x) {
    var attended = nn.add(x, attention(nn.at("attn"), nn.at("norm1").layerNorm(x, EPS)));
    var normed = nn.at("norm2").layerNorm(attended, EPS);
    var h = nn.gelu(nn.at("mlp.fc1").linear(normed, config.mlpWidth(), SMALL));
    return nn.block(x, nn.add(attended, nn.at("mlp.fc2").linear(h, config.width(), SMALL)));
  }

  private Tensor attention(Nn nn, Tensor x) {
    int width = config.width();
    var at = nn.at("qkv");
    var packed =
        config.qkvBias() ? at.linear(x, 3L * width, SMALL) : at.linearNoBias(x, 3L * width, SMALL);
    var qkv = nn.unpack(packed, 3, 1);
    var mixed = nn.selfAttention(qkv.get(0), qkv.get(1), qkv.get(2), config.heads(), List.of());
    return nn.at("proj").linear(mixed, width, SMALL);
  }
}
