package io.diffusion4j.decoder.unet;

import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * Attention of all pixels to all pixels and to the context tokens, which come first on the key
 * axis: diffusers' {@code Attention} with {@code AttnAddedKVProcessor}, and the {@code
 * AttentionBlock} of guided-diffusion and GLIDE.
 *
 * @param normGroups groups of the pixels' normalisation; 0 without it
 * @param scale divisor of the sum with the input
 */
record AttentionBlock(UnetConfig unet, int heads, int normGroups, double scale) {
  /** Queries {@code [B, L, C]}, and keys and values {@code [B, M + L, C]}, head-major. */
  private record Qkv(Tensor q, Tensor k, Tensor v) {
    /** Returns the same with the keys and values of tokens before the others. */
    Qkv after(Nn nn, Tensor keys, Tensor values) {
      return new Qkv(q, nn.concat(1, List.of(keys, k)), nn.concat(1, List.of(values, v)));
    }
  }

  /** Shapes: x {@code [B, H, W, C]} → the same. */
  Tensor forward(Nn nn, Tensor x, List<Context> context) {
    long height = x.size(1);
    long width = x.size(2);
    long channels = x.last();
    boolean separate = unet.layout().isDiffusers();
    var norm = nn.at(separate ? "group_norm" : "norm");
    var normed = normGroups == 0 ? x : norm.groupNorm(x, normGroups, unet.eps());
    var n = nn.reshape(normed, -1, height * width, channels);
    var qkv = separate ? separate(nn, n, context) : packed(nn, n, context);
    var masks = context.stream().flatMap(c -> c.mask(nn, height * width).stream()).toList();
    var mixed = nn.selfAttention(qkv.q, qkv.k, qkv.v, heads, masks);
    var h =
        separate
            ? nn.at("to_out.0").linear(mixed, channels, Init.ZEROS)
            : nn.at("proj_out").pointwise(mixed, channels, Init.ZEROS);
    var sum = nn.add(x, nn.reshape(h, -1, height, width, channels));
    return nn.block(x, ResBlock.over(nn, sum, scale));
  }

  /** A matrix for each projection. */
  private static Qkv separate(Nn nn, Tensor x, List<Context> context) {
    long channels = x.last();
    var q = nn.at("to_q").linear(x, channels);
    var k = nn.at("to_k").linear(x, channels);
    var qkv = new Qkv(q, k, nn.at("to_v").linear(x, channels));
    for (var each : context) {
      var keys = nn.at("add_k_proj").linear(each.tokens(), channels);
      qkv = qkv.after(nn, keys, nn.at("add_v_proj").linear(each.tokens(), channels));
    }
    return qkv;
  }

  /** One matrix for queries, keys and values, and one for the tokens' keys and values. */
  private Qkv packed(Nn nn, Tensor x, List<Context> context) {
    long channels = x.last();
    int groups = unet.layout() == UnetLayout.OPENAI ? heads : 1; // of contiguous rows of one kind
    var own = nn.unpack(nn.at("qkv").pointwise(x, 3 * channels, Init.FAN_IN), 3, groups);
    var qkv = new Qkv(own.get(0), own.get(1), own.get(2));
    for (var each : context) {
      var kv = nn.at("encoder_kv").pointwise(each.tokens(), 2 * channels, Init.FAN_IN);
      var unpacked = nn.unpack(kv, 2, groups);
      qkv = qkv.after(nn, unpacked.get(0), unpacked.get(1));
    }
    return qkv;
  }
}
