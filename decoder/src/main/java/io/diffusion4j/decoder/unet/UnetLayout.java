package io.diffusion4j.decoder.unet;

/**
 * A family of checkpoints of U-Nets: the keys of all parameters, the packing of attention's
 * projections, and the names of fields in errors. Nothing else differs between the families.
 */
public enum UnetLayout {
  /**
   * diffusers' {@code UNet2DModel} and {@code UNet2DConditionModel}: {@code
   * down_blocks.L.resnets.I}, counted level by level, with a matrix for each projection.
   */
  DIFFUSERS,
  /**
   * guided-diffusion's and GLIDE's {@code UNetModel}: {@code input_blocks.N.0}, counted through all
   * levels. One matrix has the queries, keys and values head by head: the queries of the first
   * head, its keys, its values, the queries of the second.
   */
  OPENAI,
  /** The same, but with all queries, all keys, all values: {@code use_new_attention_order}. */
  OPENAI_BY_KIND;

  /** The names of parts and of fields in the two families. */
  enum Name {
    CONV_IN("conv_in", "input_blocks.0.0"),
    NORM_OUT("conv_norm_out", "out.0"),
    CONV_OUT("conv_out", "out.2"),
    /** The convolution that halves the resolution, below {@link #downsampler}. */
    CONV_DOWN("conv", "op"),
    CLASSES("class_embedding", "label_emb"),

    // the parts of a residual block
    NORM_1("norm1", "in_layers.0"),
    CONV_1("conv1", "in_layers.2"),
    TIME("time_emb_proj", "emb_layers.1"),
    NORM_2("norm2", "out_layers.0"),
    CONV_2("conv2", "out_layers.3"),
    SKIP("conv_shortcut", "skip_connection"),

    // the fields of a file
    SIZE("sample_size", "image_size"),
    LAYERS("layers_per_block", "num_res_blocks"),
    GROUPS("norm_num_groups", "groups"),
    CONTEXT("cross_attention_dim", "encoder_channels"),
    HEAD_WIDTH("attention_head_dim", "num_head_channels"),
    HEADS("attention_head_dim", "num_heads"),
    HEADS_UP("attention_head_dim", "num_heads_upsample");

    private final String diffusers;
    private final String openAi;

    Name(String diffusers, String openAi) {
      this.diffusers = diffusers;
      this.openAi = openAi;
    }
  }

  /**
   * The paths of a residual block and the attention after it.
   *
   * @param residual the block's path
   * @param attention the attention's path, whether or not there is an attention
   */
  record Layer(String residual, String attention) {}

  boolean isDiffusers() {
    return this == DIFFUSERS;
  }

  String name(Name name) {
    return isDiffusers() ? name.diffusers : name.openAi;
  }

  /** Returns the path of the two dense layers of the time embedding, 0 and 1. */
  String timeEmbedding(int layer) {
    return isDiffusers()
        ? "time_embedding.linear_" + (layer + 1)
        : "time_embed." + 2 * layer; // the activation is between them
  }

  /** Returns the paths of a layer of a level on the way down. */
  Layer down(UnetConfig unet, int level, int layer) {
    return isDiffusers()
        ? layer("down_blocks." + level, layer)
        : layer("input_blocks." + (1 + level * (unet.layers() + 1) + layer));
  }

  /** Returns the path of the change from a level to the one below. */
  String downsampler(UnetConfig unet, int level) {
    return isDiffusers()
        ? "down_blocks." + level + ".downsamplers.0"
        : "input_blocks." + (level + 1) * (unet.layers() + 1) + ".0";
  }

  /** Returns the paths of the layers of the middle, 0 and 1; the second has no attention. */
  Layer middle(int layer) {
    if (isDiffusers()) {
      return layer("mid_block", layer);
    }
    return layer == 0 ? layer("middle_block") : new Layer("middle_block.2", "");
  }

  /** Returns the paths of a layer of a level on the way up. */
  Layer up(UnetConfig unet, int level, int layer) {
    return isDiffusers()
        ? layer(upBlock(unet, level), layer)
        : layer(outputBlock(unet, level, layer));
  }

  /** Returns the path of the change from a level to the one above. */
  String upsampler(UnetConfig unet, int level) {
    if (isDiffusers()) {
      return upBlock(unet, level) + ".upsamplers.0";
    }
    // It comes last in the block of the level's last layer.
    boolean attends = unet.levels().get(level).attentionUp();
    return outputBlock(unet, level, unet.layers()) + (attends ? ".2" : ".1");
  }

  private static String upBlock(UnetConfig unet, int level) {
    return "up_blocks." + (unet.levels().size() - 1 - level);
  }

  private static String outputBlock(UnetConfig unet, int level, int layer) {
    int above = unet.levels().size() - 1 - level;
    return "output_blocks." + (above * (unet.layers() + 1) + layer);
  }

  private static Layer layer(String block, int layer) {
    return new Layer(block + ".resnets." + layer, block + ".attentions." + layer);
  }

  private static Layer layer(String block) {
    return new Layer(block + ".0", block + ".1");
  }
}
