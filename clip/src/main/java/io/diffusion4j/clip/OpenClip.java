package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.image.ClipPreprocessor.Fit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * open_clip's own layout: {@code open_clip_config.json}, and weights with OpenAI's keys in {@code
 * open_clip_model.safetensors} or {@code open_clip_pytorch_model.bin}. The supported towers are the
 * vision transformer and the causal text transformer; SigLIP, CoCa and others are refused, with the
 * name of the unsupported field.
 *
 * @param network the towers
 * @param preprocessor the preprocessor of the image tower
 */
public record OpenClip(ClipNetwork network, ClipPreprocessor preprocessor) {
  /** The possible names of the weights. */
  static final String[] WEIGHTS = {"open_clip_model", "open_clip_pytorch_model"};

  private static final String CONFIG = "open_clip_config.json";
  private static final double EPS = 1e-5;

  /** Whether a folder has this layout. */
  static boolean isAt(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG));
  }

  /**
   * Reads the settings of a folder; defaults are open_clip's.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if it is no CLIP, or an unsupported one
   */
  public static OpenClip read(Path folder) {
    var config = ComponentConfig.read(folder.resolve(CONFIG));
    var model = config.object("model_cfg");
    model
        .unset("multimodal_cfg", "audio_cfg", "init_logit_bias")
        .supports("custom_text", false)
        .supports("nonscalar_logit_scale", false, true);
    model.doubleValue("init_logit_scale", 0); // where training began
    var activation =
        model.booleanValue("quick_gelu", false) ? Activation.QUICK_GELU : Activation.GELU;
    int dim = model.intValue("embed_dim");
    var vision = model.object("vision_cfg");
    int size = vision.intValue("image_size", 224);
    var network =
        config.make(
            () ->
                new ClipNetwork(
                    text(model.object("text_cfg"), activation, dim),
                    vision(vision, activation, size, dim)));
    model.refuseUnknown("vision_cfg", "text_cfg");
    var preprocessor =
        preprocessor(
            config.has("preprocess_cfg")
                ? config.object("preprocess_cfg")
                : ComponentConfig.parse(config.file(), "{}"),
            size);
    config.refuseUnknown();
    return new OpenClip(network, preprocessor);
  }

  private static ClipTextNetwork text(ComponentConfig c, Activation activation, int dim) {
    c.unset("hf_model_name", "hf_tokenizer_name", "tokenizer_kwargs", "norm_kwargs", "act_kwargs")
        .unset("block_type", "ls_init_value")
        .supports("text_arch", "clip")
        .supports("proj_type", "linear")
        .supports("pool_type", "argmax");
    refuse(c, "no_causal_mask", "embed_cls", "proj_bias", "variable_text", "final_ln_after_pool");
    refuseBlocks(c);
    c.intValue("pad_id", 0); // masks are of other towers
    int width = c.intValue("width", 512);
    var network =
        new ClipTextNetwork(
            transformer(c, activation, width, c.intValue("heads", 8)),
            c.intValue("vocab_size", 49408),
            c.intValue("context_length", 77),
            dim);
    c.refuseUnknown();
    return network;
  }

  private static ClipVisionNetwork vision(
      ComponentConfig c, Activation activation, int size, int dim) {
    c.unset("timm_model_name", "ls_init_value", "norm_kwargs", "act_kwargs", "block_type")
        .supports("pool_type", "tok")
        .supports("pos_embed_type", "learnable");
    if (c.isArray("layers")) {
      throw c.invalid("layers", "[…]", "an integer, that of a vision transformer");
    }
    refuse(c, "attentional_pool", "no_ln_pre", "final_ln_after_pool", "output_tokens");
    refuseBlocks(c);
    c.doubleValue("patch_dropout", 0); // of training alone
    c.has("image_seq_len"); // of evaluations with pictures of several sizes
    int width = c.intValue("width", 768);
    int head = c.intValue("head_width", 64);
    if (head < 1 || head > width) {
      throw c.invalid("head_width", head, "1 to the width, " + width);
    }
    var network =
        new ClipVisionNetwork(
            transformer(c, activation, width, width / head),
            size,
            c.intValue("patch_size", 16),
            dim);
    c.refuseUnknown();
    return network;
  }

  private static Transformer transformer(
      ComponentConfig c, Activation activation, int width, int heads) {
    int intermediate = (int) (width * c.doubleValue("mlp_ratio", 4)); // cut down, not rounded
    return new Transformer(width, intermediate, c.intValue("layers", 12), heads, activation, EPS);
  }

  private static void refuseBlocks(ComponentConfig c) {
    refuse(
        c,
        "qk_norm",
        "scaled_cosine_attn",
        "scale_heads",
        "scale_attn_inner",
        "scale_attn",
        "scale_fc");
  }

  private static void refuse(ComponentConfig c, String... switches) {
    for (String name : switches) {
      c.supports(name, false);
    }
  }

  private static ClipPreprocessor preprocessor(ComponentConfig c, int size) {
    var clip = ClipPreprocessor.clip(size);
    c.supports("mode", "RGB").supports("interpolation", "bicubic").supports("fill_color", 0);
    var fit = c.make(() -> Fit.ofOpenClip(c.text("resize_mode", "shortest")));
    List<Double> mean = c.doubles("mean", clip.mean());
    List<Double> std = c.doubles("std", clip.std());
    c.refuseUnknown("size");
    return c.make(() -> new ClipPreprocessor(size, size, clip.rescaleFactor(), mean, std, fit));
  }
}
