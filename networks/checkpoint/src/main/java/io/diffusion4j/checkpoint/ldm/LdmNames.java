package io.diffusion4j.checkpoint.ldm;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The names of one network's modules in the original repository and in diffusers, as a table that
 * is read both ways. A name begins with the name of its module, the rest is the same.
 */
public final class LdmNames {
  private static final String[][] UNET = {
    {"time_embed.0", "time_embedding.linear_1"},
    {"time_embed.2", "time_embedding.linear_2"},
    {"label_emb.0.0", "class_embedding.linear_1"},
    {"label_emb.0.2", "class_embedding.linear_2"},
    {"input_blocks.0.0", "conv_in"},
    {"out.0", "conv_norm_out"},
    {"out.2", "conv_out"},
    {"middle_block.1", "mid_block.attentions.0"}
  };

  private static final String[][] UNET_RESNET = {
    {".in_layers.0", ".norm1"},
    {".in_layers.2", ".conv1"},
    {".emb_layers.1", ".time_emb_proj"},
    {".out_layers.0", ".norm2"},
    {".out_layers.3", ".conv2"},
    {".skip_connection", ".conv_shortcut"}
  };

  private static final String[][] AUTOENCODER = {
    {"quant_conv", "quant_conv"},
    {"post_quant_conv", "post_quant_conv"},
    {"%s.conv_in", "%s.conv_in"},
    {"%s.conv_out", "%s.conv_out"},
    {"%s.norm_out", "%s.conv_norm_out"},
    {"%s.mid.attn_1.norm", "%s.mid_block.attentions.0.group_norm"},
    {"%s.mid.attn_1.q", "%s.mid_block.attentions.0.to_q"},
    {"%s.mid.attn_1.k", "%s.mid_block.attentions.0.to_k"},
    {"%s.mid.attn_1.v", "%s.mid_block.attentions.0.to_v"},
    {"%s.mid.attn_1.proj_out", "%s.mid_block.attentions.0.to_out.0"}
  };

  private static final String[][] AUTOENCODER_RESNET = {
    {".norm1", ".norm1"},
    {".conv1", ".conv1"},
    {".norm2", ".norm2"},
    {".conv2", ".conv2"},
    {".nin_shortcut", ".conv_shortcut"}
  };

  private static final String[][] TEXT = {
    {"token_embedding", "text_model.embeddings.token_embedding"},
    {"ln_final", "text_model.final_layer_norm"}
  };

  private static final String[][] TEXT_LAYER = {
    {".ln_1", ".layer_norm1"},
    {".ln_2", ".layer_norm2"},
    {".mlp.c_fc", ".mlp.fc1"},
    {".mlp.c_proj", ".mlp.fc2"},
    {".attn.out_proj", ".self_attn.out_proj"}
  };

  private final Map<String, String> theirs = new HashMap<>(); // by diffusers' modules
  private final Map<String, String> diffusers = new HashMap<>(); // by the original's

  private LdmNames() {}

  /**
   * Returns the table of a U-Net.
   *
   * @param levels the number of levels
   * @param layers the number of residual blocks of a level on the way down
   * @param attends whether a block on the way up, counted from the coarsest, has attention
   */
  public static LdmNames unet(int levels, int layers, IntPredicate attends) {
    var names = new LdmNames().all(UNET, "", "");
    names.all(UNET_RESNET, "middle_block.0", "mid_block.resnets.0");
    names.all(UNET_RESNET, "middle_block.2", "mid_block.resnets.1");
    for (int level = 0; level < levels; level++) {
      String down = "down_blocks." + level;
      String up = "up_blocks." + level;
      int first = level * (layers + 1);
      for (int j = 0; j <= layers; j++) {
        String output = "output_blocks." + (first + j);
        names.all(UNET_RESNET, output + ".0", up + ".resnets." + j);
        if (attends.test(level)) {
          names.row(output + ".1", up + ".attentions." + j);
        }
        if (j < layers) {
          String input = "input_blocks." + (1 + first + j);
          names.all(UNET_RESNET, input + ".0", down + ".resnets." + j);
          names.row(input + ".1", down + ".attentions." + j);
        }
      }
      if (level < levels - 1) {
        int last = first + layers;
        names.row("input_blocks." + (1 + last) + ".0.op", down + ".downsamplers.0.conv");
        names.row(
            "output_blocks.%d.%d.conv".formatted(last, attends.test(level) ? 2 : 1),
            up + ".upsamplers.0.conv");
      }
    }
    return names;
  }

  /** Returns the table of a U-Net with these tensors, under diffusers' names. */
  public static LdmNames unetOf(Collection<String> names) {
    return unet(
        count(names, "down_blocks."),
        count(names, "down_blocks.0.resnets."),
        level -> has(names, "up_blocks." + level + ".attentions."));
  }

  /** Returns the table of a U-Net with these tensors, under the original's names. */
  public static LdmNames originalUnetOf(Collection<String> names) {
    int inputs = count(names, "input_blocks.");
    int blocks = // of a level, with the one that halves the sides
        IntStream.range(1, inputs)
            .filter(i -> has(names, "input_blocks." + i + ".0.op."))
            .findFirst()
            .orElse(Math.max(1, inputs));
    return unet(
        inputs / blocks,
        blocks - 1,
        level -> has(names, "output_blocks." + level * blocks + ".1.transformer_blocks."));
  }

  /**
   * Returns the table of an autoencoder.
   *
   * @param levels the number of levels
   * @param layers the number of residual blocks of a level of the encoder
   */
  public static LdmNames autoencoder(int levels, int layers) {
    var names = new LdmNames();
    for (String half : new String[] {"encoder", "decoder"}) {
      for (String[] row : AUTOENCODER) {
        names.row(row[0].formatted(half), row[1].formatted(half));
      }
      for (int j = 0; j < 2; j++) {
        names.all(
            AUTOENCODER_RESNET, half + ".mid.block_" + (j + 1), half + ".mid_block.resnets." + j);
      }
    }
    for (int level = 0; level < levels; level++) {
      String down = "encoder.down_blocks." + level;
      String up = "decoder.up_blocks." + (levels - 1 - level);
      for (int j = 0; j <= layers; j++) {
        names.all(
            AUTOENCODER_RESNET,
            "encoder.down.%d.block.%d".formatted(level, j),
            down + ".resnets." + j);
        names.all(
            AUTOENCODER_RESNET, "decoder.up.%d.block.%d".formatted(level, j), up + ".resnets." + j);
      }
      names.row("encoder.down." + level + ".downsample.conv", down + ".downsamplers.0.conv");
      names.row("decoder.up." + level + ".upsample.conv", up + ".upsamplers.0.conv");
    }
    return names;
  }

  /** Returns the table of an autoencoder with these tensors, under diffusers' names. */
  public static LdmNames autoencoderOf(Collection<String> names) {
    return autoencoder(
        count(names, "encoder.down_blocks."), count(names, "encoder.down_blocks.0.resnets."));
  }

  /** Returns the table of an autoencoder with these tensors, under the original's names. */
  public static LdmNames originalAutoencoderOf(Collection<String> names) {
    return autoencoder(count(names, "encoder.down."), count(names, "encoder.down.0.block."));
  }

  /**
   * Returns the table of OpenCLIP's text tower, without the joint projection of its attention.
   *
   * @param layers the number of layers
   */
  public static LdmNames text(int layers) {
    var names = new LdmNames().all(TEXT, "", "");
    for (int i = 0; i < layers; i++) {
      names.all(TEXT_LAYER, "transformer.resblocks." + i, "text_model.encoder.layers." + i);
    }
    return names;
  }

  /** Returns the original's name of a tensor of diffusers'; empty if the network has no such. */
  public Optional<String> original(String name) {
    return translated(name, theirs);
  }

  /** Returns diffusers' name of a tensor of the original's; empty if the network has no such. */
  public Optional<String> diffusers(String name) {
    return translated(name, diffusers);
  }

  private LdmNames all(String[][] rows, String original, String module) {
    for (String[] row : rows) {
      row(original + row[0], module + row[1]);
    }
    return this;
  }

  private void row(String original, String module) {
    theirs.put(module, original);
    diffusers.put(original, module);
  }

  private static Optional<String> translated(String name, Map<String, String> modules) {
    for (int end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1)) {
      String module = modules.get(name.substring(0, end));
      if (module != null) {
        return Optional.of(module + name.substring(end));
      }
    }
    return Optional.empty();
  }

  static boolean has(Collection<String> names, String prefix) {
    return names.stream().anyMatch(name -> name.startsWith(prefix));
  }

  /** Returns how many numbers from 0 follow a prefix, without a gap. */
  static int count(Collection<String> names, String prefix) {
    return (int)
        IntStream.iterate(0, i -> i + 1).takeWhile(i -> has(names, prefix + i + ".")).count();
  }
}
