package io.diffusion4j.decoder.unet;

/**
 * The keys of diffusers' {@code UNet2DModel} and {@code UNet2DConditionModel}: {@code
 * down_blocks.L.resnets.I}, counted level by level, with one projection per matrix.
 */
record DiffusersKeys(int levels) implements UnetKeys {
  private static final Fixed FIXED =
      new Fixed(
          "conv_in",
          "conv_norm_out",
          "conv_out",
          "conv",
          new Residual("norm1", "conv1", "time_emb_proj", "norm2", "conv2", "conv_shortcut"));

  @Override
  public String timeEmbedding(int layer) {
    return "time_embedding.linear_" + (layer + 1);
  }

  @Override
  public Layer down(int level, int layer) {
    return layer("down_blocks." + level, layer);
  }

  @Override
  public String downsampler(int level) {
    return "down_blocks." + level + ".downsamplers.0";
  }

  @Override
  public Layer middle(int layer) {
    return layer("mid_block", layer);
  }

  @Override
  public Layer up(int level, int layer) {
    return layer("up_blocks." + (levels - 1 - level), layer);
  }

  @Override
  public String upsampler(int level) {
    return "up_blocks." + (levels - 1 - level) + ".upsamplers.0";
  }

  @Override
  public Fixed fixed() {
    return FIXED;
  }

  @Override
  public AttentionProjections attention() {
    return new SeparateProjections();
  }

  private static Layer layer(String block, int layer) {
    return new Layer(block + ".resnets." + layer, block + ".attentions." + layer);
  }
}
