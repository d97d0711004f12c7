package io.diffusion4j.decoder.unet;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;

/** The normalisation of an autoencoder's feature maps. */
public interface Normalization {
  /** The normalisation before an activation: {@code [B, H, W, C]} → the same, after SiLU. */
  Tensor activated(Nn nn, Tensor x);

  /** Applies only the normalisation: {@code [B, H, W, C]} → the same. */
  Tensor plain(Nn nn, Tensor x);

  /** Returns the name of the normalisation in an attention block. */
  String attentionName();

  /**
   * Group normalisation, the usual choice.
   *
   * @param groups the number of groups
   */
  record Groups(int groups) implements Normalization {
    /** The epsilon added to the variance, in every autoencoder of diffusers. */
    public static final double EPS = 1e-6;

    @Override
    public Tensor activated(Nn nn, Tensor x) {
      return nn.groupNormSilu(x, groups, EPS);
    }

    @Override
    public Tensor plain(Nn nn, Tensor x) {
      return nn.groupNorm(x, groups, EPS);
    }

    @Override
    public String attentionName() {
      return "group_norm";
    }
  }
}
