package io.diffusion4j.decoder.unet;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/** A matrix for each projection: diffusers' {@code Attention} with {@code AttnAddedKVProcessor}. */
record SeparateProjections() implements AttentionProjections {
  @Override
  public String norm() {
    return "group_norm";
  }

  @Override
  public Qkv in(Nn nn, Tensor x, List<Tensor> context, int heads) {
    long channels = x.last();
    var q = nn.at("to_q").linear(x, channels);
    var k = nn.at("to_k").linear(x, channels);
    var v = nn.at("to_v").linear(x, channels);
    for (var tokens : context) {
      k = nn.concat(1, List.of(nn.at("add_k_proj").linear(tokens, channels), k));
      v = nn.concat(1, List.of(nn.at("add_v_proj").linear(tokens, channels), v));
    }
    return new Qkv(q, k, v);
  }

  @Override
  public Tensor out(Nn nn, Tensor x) {
    return nn.at("to_out.0").linear(x, x.last(), Init.ZEROS);
  }
}
