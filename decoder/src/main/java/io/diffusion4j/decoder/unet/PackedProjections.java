package io.diffusion4j.decoder.unet;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * One matrix for queries, keys and values: the {@code AttentionBlock} of guided-diffusion and
 * GLIDE.
 */
record PackedProjections(QkvOrder order) implements AttentionProjections {
  @Override
  public String norm() {
    return "norm";
  }

  @Override
  public Qkv in(Nn nn, Tensor x, List<Tensor> context, int heads) {
    long channels = x.last();
    int groups = order.groups(heads);
    var qkv = nn.unpack(nn.at("qkv").pointwise(x, 3 * channels, Init.FAN_IN), 3, groups);
    var k = qkv.get(1);
    var v = qkv.get(2);
    for (var tokens : context) {
      var packed = nn.at("encoder_kv").pointwise(tokens, 2 * channels, Init.FAN_IN);
      var kv = nn.unpack(packed, 2, groups);
      k = nn.concat(1, List.of(kv.get(0), k));
      v = nn.concat(1, List.of(kv.get(1), v));
    }
    return new Qkv(qkv.get(0), k, v);
  }

  @Override
  public Tensor out(Nn nn, Tensor x) {
    return nn.at("proj_out").pointwise(x, x.last(), Init.ZEROS);
  }
}
