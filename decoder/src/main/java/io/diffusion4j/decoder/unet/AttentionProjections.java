package io.diffusion4j.decoder.unet;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * The layers around the core of an attention block, with the names and the packing of a family of
 * checkpoints; all paths are relative to the block's.
 */
public interface AttentionProjections {
  /** Returns the normalisation of the pixels. */
  String norm();

  /**
   * Projects pixels, and context before them, to queries, keys and values.
   *
   * @param x the normalised pixels, {@code [B, L, C]}
   * @param context tokens {@code [B, M, contextDim]}, none or one
   */
  Qkv in(Nn nn, Tensor x, List<Tensor> context, int heads);

  /** Projects the attention's result: {@code [B, L, C] → [B, L, C]}, zero before training. */
  Tensor out(Nn nn, Tensor x);

  /**
   * The operands of attention, head-major.
   *
   * @param q queries, {@code [B, L, C]}
   * @param k keys, {@code [B, M + L, C]}
   * @param v values, {@code [B, M + L, C]}
   */
  record Qkv(Tensor q, Tensor k, Tensor v) {}
}
