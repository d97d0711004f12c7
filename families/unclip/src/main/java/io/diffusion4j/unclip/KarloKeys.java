package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.prior.PriorConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Maps the keys of Karlo's own files (Kakao Brain 2022) to diffusers' keys. Karlo's files pack
 * attention projections head by head, and their kernels of width 1 have an axis of length 1.
 */
final class KarloKeys {
  private static final Pattern LEVEL =
      Pattern.compile("(down|up)_blocks\\.(\\d+)\\.(resnets|attentions|\\w+samplers)\\.(\\d+)(.*)");
  private static final Pattern MID =
      Pattern.compile("mid_block\\.(resnets|attentions)\\.(\\d)(.*)");
  private static final Pattern BLOCK = Pattern.compile("transformer_blocks\\.(\\d+)\\.(.*)");

  private static final Map<String, String> PRIOR =
      ordered(
          "time_embedding.linear_1", "time_embed.0",
          "time_embedding.linear_2", "time_embed.2",
          "proj_in", "clip_img_proj",
          "embedding_proj", "text_emb_proj",
          "encoder_hidden_states_proj", "text_enc_proj",
          "positional_embedding", "positional_embedding",
          "prd_embedding", "prd_emb",
          "norm_out", "final_ln",
          "proj_to_clip_embeddings", "out_proj");

  private static final Map<String, String> PRIOR_BLOCK =
      ordered(
          "attn1.to_out.0", "attn.c_proj",
          "attn1.to_", "attn.c_qkv",
          "ff.net.0.proj", "mlp.c_fc",
          "ff.net.2", "mlp.c_proj",
          "norm1", "ln_1",
          "norm3", "ln_2");

  private static final Map<String, String> PROJECTION =
      ordered(
          "text_encoder_hidden_states_norm", "text_seq_proj.1",
          "encoder_hidden_states_proj", "text_seq_proj.0",
          "clip_extra_context_tokens_proj", "clip_tok_proj",
          "embedding_proj", "text_feat_proj",
          "clip_image_embeddings_project_to_time_embeddings", "clip_emb",
          "learned_classifier_free_guidance_embeddings", "cf_param");

  private static final Map<String, String> UNET =
      ordered(
          "time_embedding.linear_1", "time_embed.0",
          "time_embedding.linear_2", "time_embed.2",
          "conv_in", "input_blocks.0.0",
          "conv_norm_out", "out.0",
          "conv_out", "out.2");

  private static final Map<String, String> RESNET =
      ordered(
          ".norm1", ".in_layers.0",
          ".conv1", ".in_layers.2",
          ".time_emb_proj", ".emb_layers.1",
          ".norm2", ".out_layers.0",
          ".conv2", ".out_layers.3",
          ".conv_shortcut", ".skip_connection");

  private static final Map<String, String> ATTENTION =
      ordered(
          ".group_norm", ".norm",
          ".to_out.0", ".proj_out",
          ".to_", ".qkv",
          ".add_k_proj", ".encoder_kv",
          ".add_v_proj", ".encoder_kv");

  private KarloKeys() {}

  private static Map<String, String> ordered(String... pairs) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }

  /**
   * The first matching prefix of a name is replaced; the rest stays, except for the letters q, k,
   * v.
   */
  private static String replaced(String name, Map<String, String> beginnings) {
    for (Map.Entry<String, String> entry : beginnings.entrySet()) {
      String from = entry.getKey();
      if (name.startsWith(from)) {
        String rest = name.substring(from.length());
        return entry.getValue() + (from.endsWith("to_") ? rest.substring(1) : rest);
      }
    }
    return name;
  }

  /** Returns the key of a parameter of the prior. */
  static String prior(String key) {
    Matcher block = BLOCK.matcher(key);
    return block.matches()
        ? "transformer.resblocks." + block.group(1) + "." + replaced(block.group(2), PRIOR_BLOCK)
        : replaced(key, PRIOR);
  }

  /** Returns the key of a parameter of the text projection. */
  static String projection(String key) {
    return replaced(key, PROJECTION);
  }

  /** Returns the key of a parameter of a U-Net. */
  static String unet(String key, UnetConfig config) {
    int each = config.layers() + 1;
    Matcher level = LEVEL.matcher(key);
    if (level.matches()) {
      boolean down = level.group(1).equals("down");
      int block = Integer.parseInt(level.group(2));
      int index = Integer.parseInt(level.group(4));
      String rest = level.group(5);
      String side = down ? "input_blocks." : "output_blocks.";
      int first = each * block + (down ? 1 : 0);
      return switch (level.group(3)) {
        case "resnets" -> side + (first + index) + ".0" + replaced(rest, RESNET);
        case "attentions" -> side + (first + index) + ".1" + replaced(rest, ATTENTION);
        case "downsamplers" -> side + (first + config.layers()) + ".0" + replaced(rest, RESNET);
        default ->
            side
                + (first + config.layers())
                + (attends(config, block) ? ".2" : ".1")
                + replaced(rest, RESNET);
      };
    }
    Matcher mid = MID.matcher(key);
    if (mid.matches()) {
      boolean attention = mid.group(1).equals("attentions");
      int last = config.middle().attention() ? 2 : 1;
      int place = attention ? 1 : mid.group(2).equals("0") ? 0 : last;
      return "middle_block." + place + replaced(mid.group(3), attention ? ATTENTION : RESNET);
    }
    return replaced(key, UNET);
  }

  /** Whether a level on the way up has attention; the levels are counted from the lowest. */
  private static boolean attends(UnetConfig config, int block) {
    return config.levels().get(config.levels().size() - 1 - block).attentionUp();
  }

  /**
   * Returns the tensors of a prior, without the standardization that lies in a file of its own.
   *
   * @param origin name of the file, for messages
   */
  static TensorMap prior(Path origin, TensorSource file, PriorConfig config, Manifest wanted) {
    var derived = new TensorMap(origin, Map.of("format", "pt"));
    wanted
        .parameters()
        .forEach(
            (key, parameter) ->
                put(
                    derived,
                    file,
                    key,
                    "model." + prior(key),
                    parameter.shape(),
                    config.headDim()));
    return derived;
  }

  /** Returns the tensors of a text projection. */
  static TensorMap projection(Path origin, TensorSource file, Manifest wanted) {
    var derived = new TensorMap(origin, Map.of("format", "pt"));
    wanted
        .parameters()
        .forEach(
            (key, parameter) ->
                derived.shaped(key, file, "model." + projection(key), parameter.shape()));
    return derived;
  }

  /**
   * Returns the tensors of a U-Net.
   *
   * @param prefix prefix of its keys, such as {@code model.}
   */
  static TensorMap unet(
      Path origin, TensorSource file, String prefix, UnetConfig config, Manifest wanted) {
    var derived = new TensorMap(origin, Map.of("format", "pt"));
    wanted
        .parameters()
        .forEach(
            (key, parameter) ->
                put(
                    derived,
                    file,
                    key,
                    prefix + unet(key, config),
                    parameter.shape(),
                    config.heads().width()));
    return derived;
  }

  private static void put(
      TensorMap derived, TensorSource file, String key, String source, long[] shape, int headDim) {
    Matcher part = Pattern.compile(".*\\.(?:to_([qkv])|add_([kv])_proj)\\.\\w+").matcher(key);
    if (!part.matches()) {
      derived.shaped(key, file, source, shape);
      return;
    }
    int parts = part.group(1) != null ? 3 : 2;
    int which = part.group(1) != null ? "qkv".indexOf(part.group(1)) : "kv".indexOf(part.group(2));
    int[] groups =
        IntStream.range(0, (int) (shape[0] / headDim)).map(head -> head * parts + which).toArray();
    derived.rows(key, file, source, headDim, groups);
  }
}
