package io.diffusion4j.decoder.unet;

/**
 * The names of a U-Net's parameters in a family of checkpoints, and the packing of the projections
 * of its attention. This is all that differs between the families: the network is {@link Unet} for
 * each.
 */
public interface UnetKeys {
  /** Returns the two dense layers of the time embedding, 0 and 1. */
  String timeEmbedding(int layer);

  /** Returns a layer of a level on the way down. */
  Layer down(int level, int layer);

  /** Returns the change from a level to the one below. */
  String downsampler(int level);

  /** Returns the layers of the middle, 0 and 1; the second has no attention. */
  Layer middle(int layer);

  /** Returns a layer of a level on the way up. */
  Layer up(int level, int layer);

  /** Returns the change from a level to the one above. */
  String upsampler(int level);

  /** Returns the layers that do not depend on a level, and the parts of a residual block. */
  Fixed fixed();

  /** Returns the parts of an attention block. */
  AttentionProjections attention();

  /**
   * The layers that do not depend on a level.
   *
   * @param convIn the first convolution
   * @param normOut the last normalisation
   * @param convOut the last convolution
   * @param convDown the convolution that halves the resolution, below {@link #downsampler}
   * @param residual the parts of a residual block
   */
  record Fixed(String convIn, String normOut, String convOut, String convDown, Residual residual) {}

  /**
   * The paths of a residual block and the attention after it.
   *
   * @param residual the block's path
   * @param attention the attention's path, whether or not there is an attention
   */
  record Layer(String residual, String attention) {}

  /**
   * The parts of a residual block, relative to its path.
   *
   * @param norm1 the first normalisation
   * @param conv1 the first convolution
   * @param time the projection of the time embedding
   * @param norm2 the second normalisation
   * @param conv2 the second convolution
   * @param skip the projection of the block's input, where the channels change
   */
  record Residual(
      String norm1, String conv1, String time, String norm2, String conv2, String skip) {}
}
