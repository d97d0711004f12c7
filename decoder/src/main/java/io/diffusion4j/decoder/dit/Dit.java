package io.diffusion4j.decoder.dit;

import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * DiT with adaLN-Zero blocks (Peebles &amp; Xie 2023, §3.2), with diffusers' keys. Every block, and
 * the last layer, begins as the identity or as zero.
 *
 * <p>Context tokens, which are not in the paper, are further keys and values of every block's
 * attention, before those of the patches, as in the decoder's U-Net.
 */
record Dit(DitConfig config) {
  /** The path of the time embedding; diffusers has a copy in each block. */
  static final String EMBEDDING = "transformer_blocks.0.norm1.emb";

  private static final double EPS = 1e-6;
  private static final int WIDENING = 4;
  private static final double MAX_PERIOD = 10_000;
  private static final Init SMALL = Init.normal(0.02);

  Tensor forward(Nn nn, Tensor x, Tensor sinusoid, List<Tensor> timeAdd, List<Context> context) {
    int width = config.width();
    int patch = config.patch();
    Check.that(
        x.size(1) == x.size(2) && x.size(1) % patch == 0,
        "sample",
        x.size(1) + "×" + x.size(2),
        "a square of patches of %s×%s",
        patch,
        patch);
    int grid = Math.toIntExact(x.size(1) / patch);

    var time = nn.at(EMBEDDING).at("timestep_embedder");
    var emb = time.at("linear_1").linear(sinusoid, width, SMALL);
    emb = time.at("linear_2").linear(nn.silu(emb), width, SMALL);
    for (var add : timeAdd) {
      emb = nn.add(emb, add);
    }
    emb = nn.silu(emb);

    var h = nn.at("pos_embed.proj").biasedPatches(x, width, patch, Init.FAN_IN);
    h = nn.add(h, nn.input(nn.constant(places(grid), 1, (long) grid * grid, width)));
    for (int i = 0; i < config.layers(); i++) {
      h = block(nn.at("transformer_blocks", i), h, emb, context);
    }
    var modulation = nn.at("proj_out_1").linear(emb, 2L * width, Init.ZEROS);
    h = nn.layerNorm(h, EPS, part(nn, modulation, 1), part(nn, modulation, 0));
    long values = (long) patch * patch * config.outChannels();
    h = nn.at("proj_out_2").linear(h, values, Init.ZEROS);
    return nn.output(nn.unpatched(h, grid, grid, patch));
  }

  private Tensor block(Nn nn, Tensor x, Tensor emb, List<Context> context) {
    int width = config.width();
    var modulation = nn.at("norm1.linear").linear(emb, 6L * width, Init.ZEROS);
    var h = nn.layerNorm(x, EPS, part(nn, modulation, 1), part(nn, modulation, 0));
    h = gated(nn, attention(nn.at("attn1"), h, context), part(nn, modulation, 2));
    var attended = nn.add(x, h);
    double eps = config.numerics().eps();
    h = nn.layerNorm(attended, eps, part(nn, modulation, 4), part(nn, modulation, 3));
    h = nn.at("ff.net.0.proj").linear(h, (long) WIDENING * width, xavier(width, WIDENING * width));
    h = nn.map(Function.GELU_TANH, h);
    h = nn.at("ff.net.2").linear(h, width, xavier(WIDENING * width, width));
    return nn.block(x, nn.add(attended, gated(nn, h, part(nn, modulation, 5))));
  }

  private Tensor attention(Nn nn, Tensor x, List<Context> context) {
    int width = config.width();
    var square = xavier(width, width);
    var q = nn.at("to_q").linear(x, width, square);
    var k = nn.at("to_k").linear(x, width, square);
    var v = nn.at("to_v").linear(x, width, square);
    for (var c : context) {
      var added = xavier(config.contextDim(), width);
      k = nn.concat(1, List.of(nn.at("add_k_proj").linear(c.tokens(), width, added), k));
      v = nn.concat(1, List.of(nn.at("add_v_proj").linear(c.tokens(), width, added), v));
    }
    var masks = context.stream().flatMap(c -> c.mask(nn, x.size(1)).stream()).toList();
    return nn.at("to_out.0")
        .linear(nn.selfAttention(q, k, v, config.heads(), masks), width, square);
  }

  private Tensor part(Nn nn, Tensor modulation, int index) {
    return nn.slice(modulation, (long) index * config.width(), config.width());
  }

  private Tensor gated(Nn nn, Tensor x, Tensor gate) {
    return nn.multiply(x, nn.reshape(gate, -1, 1, config.width()));
  }

  private static Init xavier(int in, int out) {
    return Init.uniform(Math.sqrt(6.0 / (in + out)));
  }

  /**
   * Returns the sinusoids of the patches' positions, {@code [grid², width]}: of the column, then of
   * the row, in units of the training grid.
   */
  private float[] places(int grid) {
    int width = config.width();
    int quarter = width / 4;
    double unit = (double) config.sampleSize() / config.patch() / grid;
    float[] places = new float[grid * grid * width];
    for (int token = 0; token < grid * grid; token++) {
      double column = token % grid * unit;
      double row = (token - token % grid) / (double) grid * unit;
      for (int i = 0; i < quarter; i++) {
        double frequency = StrictMath.pow(MAX_PERIOD, -(double) i / quarter);
        int at = token * width + i;
        places[at] = (float) StrictMath.sin(column * frequency);
        places[at + quarter] = (float) StrictMath.cos(column * frequency);
        places[at + 2 * quarter] = (float) StrictMath.sin(row * frequency);
        places[at + 3 * quarter] = (float) StrictMath.cos(row * frequency);
      }
    }
    return places;
  }
}
