package io.diffusion4j.clip;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * The keys of a transformer's blocks in a family of checkpoints, and its packing of the attention's
 * projections. The families differ in nothing else.
 */
public enum BlockKeys {
  /** {@code layers.N}, with a matrix for each projection: transformers' {@code CLIPEncoder}. */
  HUGGING_FACE("layers", "layer_norm1", "self_attn.out_proj", "layer_norm2", "mlp.fc1", "mlp.fc2") {
    @Override
    List<Tensor> qkv(Nn nn, Tensor x, int heads, Init init) {
      var attention = nn.at("self_attn");
      return List.of(
          attention.at("q_proj").linear(x, x.last(), init),
          attention.at("k_proj").linear(x, x.last(), init),
          attention.at("v_proj").linear(x, x.last(), init));
    }
  },

  /** {@code resblocks.N}, packed head by head: GLIDE's text encoder. */
  GLIDE("resblocks", "ln_1", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj") {
    @Override
    List<Tensor> qkv(Nn nn, Tensor x, int heads, Init init) {
      return nn.unpack(nn.at("attn.c_qkv").linear(x, 3 * x.last(), init), 3, heads);
    }
  },

  /** {@code blocks.block_N}, keys without bias, short names: GLIDE's noised CLIP. */
  NOISED("blocks", "f_attn.ln", "f_attn.f_c", "f_mlp.ln", "f_mlp.f_1", "f_mlp.f_2") {
    @Override
    Nn block(Nn nn, int index) {
      return nn.at(blocks).at("block_" + index);
    }

    @Override
    Tensor norm(Nn nn, Tensor x, double eps) {
      return nn.layerNorm(x, eps, "g", "b");
    }

    @Override
    Tensor linear(Nn nn, Tensor x, long out, Init init) {
      return nn.linear(x, out, init, "w", "b");
    }

    @Override
    List<Tensor> qkv(Nn nn, Tensor x, int heads, Init init) {
      var attention = nn.at("f_attn");
      return List.of(
          linear(attention.at("f_q"), x, x.last(), init),
          attention.at("f_k").linearNoBias(x, x.last(), init, "w"),
          linear(attention.at("f_v"), x, x.last(), init));
    }
  };

  /** The blocks, below the transformer. */
  final String blocks;

  /** The normalisations before attention and before the feed-forward layers. */
  final String norm1;

  final String norm2;

  /** The projection after attention. */
  final String out;

  /** The two feed-forward layers. */
  final String widen;

  final String narrow;

  BlockKeys(String blocks, String norm1, String out, String norm2, String widen, String narrow) {
    this.blocks = blocks;
    this.norm1 = norm1;
    this.out = out;
    this.norm2 = norm2;
    this.widen = widen;
    this.narrow = narrow;
  }

  /** Returns the place of a block, below the transformer. */
  Nn block(Nn nn, int index) {
    return nn.at(blocks, index);
  }

  /** Applies a layer normalisation with the parameters at {@code nn}. */
  Tensor norm(Nn nn, Tensor x, double eps) {
    return nn.layerNorm(x, eps);
  }

  /** Applies a dense layer with the parameters at {@code nn}. */
  Tensor linear(Nn nn, Tensor x, long out, Init init) {
    return nn.linear(x, out, init);
  }

  /**
   * Returns the queries, keys and values of {@code [B, L, W]} tokens, each {@code [B, L, W]},
   * head-major.
   */
  abstract List<Tensor> qkv(Nn nn, Tensor x, int heads, Init init);
}
