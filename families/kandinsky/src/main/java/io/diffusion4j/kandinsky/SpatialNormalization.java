package io.diffusion4j.kandinsky;

import io.diffusion4j.decoder.autoencoder.Normalization;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;

/**
 * Spatially conditioned normalisation (MoVQ, Zheng et al. 2022, §3.2): group normalisation, scaled
 * and shifted at each pixel by the latent there. The keys are those of diffusers' {@code
 * SpatialNorm}.
 *
 * @param latent the latents, enlarged to the size of the feature maps, {@code [B, H, W, Z]}
 */
record SpatialNormalization(Tensor latent) implements Normalization {
  /** The number of groups, which no configuration changes. */
  static final int GROUPS = 32;

  /** Returns the same normalisation for feature maps twice as high and wide. */
  SpatialNormalization enlarged(Nn nn) {
    return new SpatialNormalization(nn.upsampleNearest(latent));
  }

  @Override
  public Tensor activated(Nn nn, Tensor x) {
    return nn.silu(plain(nn, x));
  }

  @Override
  public Tensor plain(Nn nn, Tensor x) {
    var normed = nn.at("norm_layer").groupNorm(x, GROUPS, Groups.EPS);
    var scale = nn.at("conv_y").conv2d(latent, x.last(), 1);
    var shift = nn.at("conv_b").conv2d(latent, x.last(), 1);
    return nn.add(nn.multiply(normed, scale), shift);
  }

  @Override
  public String attentionName() {
    return "spatial_norm";
  }
}
