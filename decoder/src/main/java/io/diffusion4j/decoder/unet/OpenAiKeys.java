package io.diffusion4j.decoder.unet;

import java.util.List;

/**
 * The keys of guided-diffusion's and GLIDE's {@code UNetModel}: {@code input_blocks.N.0}, counted
 * through all levels, with packed projections.
 */
record OpenAiKeys(int layers, List<Boolean> attends, QkvOrder order) implements UnetKeys {
  private static final Fixed FIXED =
      new Fixed(
          "input_blocks.0.0",
          "out.0",
          "out.2",
          "op",
          new Residual(
              "in_layers.0",
              "in_layers.2",
              "emb_layers.1",
              "out_layers.0",
              "out_layers.3",
              "skip_connection"));

  @Override
  public String timeEmbedding(int layer) {
    return "time_embed." + 2 * layer; // the activation is between them
  }

  @Override
  public Layer down(int level, int layer) {
    return layer("input_blocks." + (1 + level * (layers + 1) + layer));
  }

  @Override
  public String downsampler(int level) {
    return "input_blocks." + (level + 1) * (layers + 1) + ".0";
  }

  @Override
  public Layer middle(int layer) {
    return layer == 0 ? layer("middle_block") : new Layer("middle_block.2", "");
  }

  @Override
  public Layer up(int level, int layer) {
    return layer("output_blocks." + outputBlock(level, layer));
  }

  /** It comes last in the block of the level's last layer. */
  @Override
  public String upsampler(int level) {
    return "output_blocks." + outputBlock(level, layers) + (attends.get(level) ? ".2" : ".1");
  }

  private int outputBlock(int level, int layer) {
    return (attends.size() - 1 - level) * (layers + 1) + layer;
  }

  @Override
  public Fixed fixed() {
    return FIXED;
  }

  @Override
  public AttentionProjections attention() {
    return new PackedProjections(order);
  }

  private static Layer layer(String block) {
    return new Layer(block + ".0", block + ".1");
  }
}
