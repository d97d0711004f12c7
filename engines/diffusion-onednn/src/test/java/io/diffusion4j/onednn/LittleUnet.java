package io.diffusion4j.onednn;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/** A network with every kind of layer that U-Nets have: one of two levels. */
record LittleUnet() implements NetworkDefinition {
  static final int SIZE = 8;
  static final int TIME = 16;
  static final int TOKENS = 5;
  static final int CONTEXT = 16;
  private static final int CHANNELS = 32;
  private static final int GROUPS = 8;
  private static final int HEADS = 2;
  private static final double EPS = 1e-5;

  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, SIZE, SIZE, 3));
    var time = nn.input(inputs.floats(NetworkDenoiser.TIME, TIME));
    var tokens = nn.input(inputs.floats("context", TOKENS, CONTEXT));
    var present = inputs.floats("present", TOKENS);

    var emb = nn.silu(nn.at("time").linear(time, CHANNELS));
    var top = nn.at("in").conv2d(x, CHANNELS, 3);
    var h = nn.at("norm1").groupNormSilu(top, GROUPS, EPS);
    h = nn.at("conv1").conv2d(nn.averagePool(h), CHANNELS, 3);
    var low = nn.at("down").conv2d(top, CHANNELS, 3, 2, Init.FAN_IN);
    h = nn.add(low, h);
    h = nn.at("norm2").groupNormSilu(h, GROUPS, EPS, nn.at("scale").linear(emb, 2 * CHANNELS));
    h = nn.at("conv2").conv2d(h, CHANNELS, 3);
    h = nn.add(h, nn.reshape(nn.at("shift").linear(emb, CHANNELS), -1, 1, 1, CHANNELS));

    long pixels = SIZE * SIZE / 4;
    var n = nn.reshape(nn.at("norm3").groupNorm(h, GROUPS, EPS), -1, pixels, CHANNELS);
    var qkv = nn.unpack(nn.at("qkv").pointwise(n, 3 * CHANNELS, Init.FAN_IN), 3, HEADS);
    var k = nn.concat(1, List.of(nn.at("k").linear(tokens, CHANNELS), qkv.get(1)));
    var v =
        nn.concat(1, List.of(nn.at("v").linearNoBias(tokens, CHANNELS, Init.FAN_IN), qkv.get(2)));
    var mixed = nn.attention(qkv.get(0), k, v, HEADS, List.of(nn.hide(present, -10_000, pixels)));
    var out = nn.at("out").linear(mixed, CHANNELS);
    h = nn.add(h, nn.reshape(out, -1, SIZE / 2, SIZE / 2, CHANNELS));

    h = nn.concat(3, List.of(nn.upsampleNearest(h), top));
    h = nn.silu(nn.add(nn.at("skip").conv2d(h, CHANNELS, 1), top));
    h = nn.add(nn.silu(h), top);
    var both = nn.output(nn.at("last").conv2d(h, 6, 3));
    return List.of(nn.slice(both, 0, 3), nn.slice(both, 3, 3));
  }
}
