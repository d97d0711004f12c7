package io.diffusion4j.clip;

import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.tf.checkpoint.Checkpoint;
import io.diffusion4j.tf.checkpoint.ComponentConfig;
import io.diffusion4j.tf.checkpoint.ConfigWriter;
import io.diffusion4j.tf.nn.ModelFiles;
import io.diffusion4j.tf.nn.NamedTensors;
import java.nio.file.Path;
import java.util.Map;

/** The two towers as transformers saves them: {@code config.json} and {@code model.safetensors}. */
public final class ClipFolders {
  private static final String CONFIG = "config.json";
  private static final String TEXT_CLASS = "CLIPTextModelWithProjection";
  private static final String VISION_CLASS = "CLIPVisionModelWithProjection";

  private ClipFolders() {}

  /** Reads the settings of a text tower; absent fields have transformers' defaults. */
  public static ClipTextNetwork readText(Path folder) {
    var config = ComponentConfig.read(folder.resolve(CONFIG));
    config.expectClass(TEXT_CLASS);
    var network =
        new ClipTextNetwork(
            transformer(config, 512, 2048, 8),
            config.intValue("vocab_size", 49408),
            config.intValue("max_position_embeddings", 77),
            config.intValue("projection_dim", 512));
    config.refuseUnknown(
        "attention_dropout",
        "bos_token_id",
        "dropout",
        "dtype",
        "eos_token_id",
        "initializer_factor",
        "initializer_range",
        "model_type",
        "pad_token_id",
        "torch_dtype",
        "transformers_version");
    return network;
  }

  /** Reads the settings of an image tower; absent fields have transformers' defaults. */
  public static ClipVisionNetwork readVision(Path folder) {
    var config = ComponentConfig.read(folder.resolve(CONFIG));
    config.expectClass(VISION_CLASS);
    config.supports("num_channels", 3);
    var network =
        new ClipVisionNetwork(
            transformer(config, 768, 3072, 12),
            config.intValue("image_size", 224),
            config.intValue("patch_size", 32),
            config.intValue("projection_dim", 512));
    config.refuseUnknown(
        "attention_dropout",
        "dropout",
        "dtype",
        "initializer_factor",
        "initializer_range",
        "model_type",
        "torch_dtype",
        "transformers_version");
    return network;
  }

  private static Transformer transformer(
      ComponentConfig config, int width, int intermediate, int heads) {
    config.supports("hidden_act", "quick_gelu", "gelu");
    return new Transformer(
        config.intValue("hidden_size", width),
        config.intValue("intermediate_size", intermediate),
        config.intValue("num_hidden_layers", 12),
        config.intValue("num_attention_heads", heads),
        config.text("hidden_act", "quick_gelu").equals("gelu")
            ? Activation.GELU
            : Activation.QUICK_GELU,
        config.doubleValue("layer_norm_eps", 1e-5));
  }

  /** Writes a text tower. */
  public static void writeText(
      Path folder,
      ClipTextNetwork network,
      int startId,
      int endId,
      int padId,
      NamedTensors weights,
      Map<String, String> notes) {
    var config = ConfigWriter.transformers(TEXT_CLASS, "clip_text_model");
    put(config, network.transformer())
        .put("vocab_size", network.vocabulary())
        .put("max_position_embeddings", network.positions())
        .put("projection_dim", network.embeddingDim())
        .put("bos_token_id", startId)
        .put("eos_token_id", endId)
        .put("pad_token_id", padId)
        .write(folder.resolve(CONFIG));
    ModelFiles.write(folder, Checkpoint.TRANSFORMERS, weights, ClipFolders::isText, notes);
  }

  /** Writes an image tower. */
  public static void writeVision(
      Path folder, ClipVisionNetwork network, NamedTensors weights, Map<String, String> notes) {
    var config = ConfigWriter.transformers(VISION_CLASS, "clip_vision_model");
    put(config, network.transformer())
        .put("image_size", network.imageSize())
        .put("patch_size", network.patch())
        .put("num_channels", 3)
        .put("projection_dim", network.embeddingDim())
        .write(folder.resolve(CONFIG));
    ModelFiles.write(folder, Checkpoint.TRANSFORMERS, weights, ClipFolders::isVision, notes);
  }

  private static ConfigWriter put(ConfigWriter config, Transformer t) {
    return config
        .put("hidden_size", t.width())
        .put("intermediate_size", t.intermediate())
        .put("num_hidden_layers", t.layers())
        .put("num_attention_heads", t.heads())
        .put("hidden_act", t.activation() == Activation.GELU ? "gelu" : "quick_gelu")
        .put("layer_norm_eps", t.eps());
  }

  private static boolean isText(String key) {
    return key.startsWith("text_");
  }

  private static boolean isVision(String key) {
    return key.startsWith("vision_") || key.startsWith("visual_");
  }
}
