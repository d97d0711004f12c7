package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.weights.ModelFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * CLIP and its two towers as transformers saves them: {@code config.json} and {@code
 * model.safetensors}.
 */
public final class ClipFolders {
  private static final String CONFIG = "config.json";
  private static final String TEXT_CLASS = "CLIPTextModelWithProjection";
  private static final String STATES_CLASS = "CLIPTextModel";
  private static final String VISION_CLASS = "CLIPVisionModelWithProjection";
  private static final String MODEL_CLASS = "CLIPModel";
  private static final String TEXT_TYPE = "clip_text_model";
  private static final String VISION_TYPE = "clip_vision_model";
  private static final String TOWER = "text_model.";
  private static final int PROJECTION_DIM = 512;

  /**
   * Settings without an effect here: those of training, of special tokens, which the tokenizer has,
   * and of other models of transformers, which older files repeat.
   */
  private static final String[] IGNORABLE =
      """
      add_cross_attention attention_dropout bad_words_ids begin_suppress_tokens bos_token_id \
      chunk_size_feed_forward cross_attention_hidden_size decoder_start_token_id \
      diversity_penalty do_sample dropout early_stopping encoder_no_repeat_ngram_size \
      eos_token_id exponential_decay_length_penalty finetuning_task forced_bos_token_id \
      forced_eos_token_id id2label initializer_factor initializer_range is_decoder \
      is_encoder_decoder label2id length_penalty max_length min_length no_repeat_ngram_size \
      num_beam_groups num_beams num_return_sequences output_attentions output_hidden_states \
      output_scores pad_token_id prefix problem_type pruned_heads remove_invalid_values \
      repetition_penalty return_dict return_dict_in_generate sep_token_id suppress_tokens \
      task_specific_params temperature tf_legacy_loss tie_encoder_decoder tie_word_embeddings \
      tokenizer_class top_k top_p torchscript typical_p use_bfloat16 use_cache\
      """
          .split(" ");

  private ClipFolders() {}

  /** Whether a folder has settings of transformers. */
  static boolean isAt(Path folder) {
    Path file = folder.resolve(CONFIG);
    return Files.isRegularFile(file)
        && !ComponentConfig.read(file).className().equals(Optional.of(OpenAiClip.CLASS));
  }

  /** Reads the settings of a text tower; absent fields have transformers' defaults. */
  public static ClipTextNetwork readText(Path folder) {
    var config = ComponentConfig.readTransformers(folder.resolve(CONFIG));
    requireTower(config, TEXT_CLASS, TEXT_TYPE);
    return text(config, config.intValue("projection_dim", PROJECTION_DIM));
  }

  /**
   * Reads the settings of a text tower without projection, {@code CLIPTextModel}; absent fields
   * have transformers' defaults. Its {@code projection_dim} means nothing.
   */
  public static ClipTextNetwork readTextStates(Path folder) {
    var config = ComponentConfig.readTransformers(folder.resolve(CONFIG));
    requireTower(config, STATES_CLASS, TEXT_TYPE);
    config.has("projection_dim");
    return text(config, 0);
  }

  /** Reads the settings of an image tower; absent fields have transformers' defaults. */
  public static ClipVisionNetwork readVision(Path folder) {
    var config = ComponentConfig.readTransformers(folder.resolve(CONFIG));
    requireTower(config, VISION_CLASS, VISION_TYPE);
    return vision(config, config.intValue("projection_dim", PROJECTION_DIM));
  }

  /** Files that do not name a class, as some published ones, name the type of their model. */
  private static void requireTower(ComponentConfig config, String className, String type) {
    boolean named = config.className().isPresent();
    if (named || !config.text("model_type", "").equals(type)) {
      config.expectClass(className);
    }
  }

  /**
   * Returns the text tower of a folder by itself, with the names of transformers' {@code
   * CLIPTextModelWithProjection}. The place of the end token is an input, 1 there and 0 elsewhere.
   *
   * @param name the name of the network
   */
  public static StoredNetwork storedText(String name, Path folder) {
    return stored(name, folder, readText(folder))
        .named(ClipTextNetwork.IDS, "input_ids")
        .named(ClipTextNetwork.END, "end_of_text")
        .named(StoredNetwork.output(0), "last_hidden_state")
        .named(StoredNetwork.output(1), "text_embeds");
  }

  /**
   * Returns the text tower without projection of a folder by itself, with the names of
   * transformers' {@code CLIPTextModel}.
   *
   * @param name the name of the network
   */
  public static StoredNetwork storedTextStates(String name, Path folder) {
    return StoredNetwork.of(
            name,
            readTextStates(folder),
            StoredNetwork.Access.in(
                folder,
                Checkpoint.TRANSFORMERS,
                ClipFolders::isParameter,
                weights -> weights.renamed(ClipFolders::current)))
        .named(ClipTextNetwork.IDS, "input_ids")
        .named(StoredNetwork.output(0), "last_hidden_state");
  }

  /**
   * Returns the current name of a tensor of {@code CLIPTextModel}: newer versions of transformers
   * write it without the prefix of the tower.
   */
  public static String current(String name) {
    return name.startsWith(TOWER) ? name : TOWER + name;
  }

  /**
   * Returns the image tower of a folder by itself, with the names of transformers' {@code
   * CLIPVisionModelWithProjection}.
   *
   * @param name the name of the network
   */
  public static StoredNetwork storedVision(String name, Path folder) {
    return stored(name, folder, readVision(folder))
        .named(ClipVisionNetwork.PIXELS, "pixel_values")
        .named(StoredNetwork.output(0), "image_embeds");
  }

  private static StoredNetwork stored(String name, Path folder, NetworkDefinition tower) {
    return StoredNetwork.of(
        name,
        tower,
        StoredNetwork.Access.in(folder, Checkpoint.TRANSFORMERS, ClipFolders::isParameter));
  }

  /** Reads the settings of a whole CLIP; absent fields have transformers' defaults. */
  public static ClipNetwork readModel(Path folder) {
    var config = ComponentConfig.read(folder.resolve(CONFIG));
    config.expectClass(MODEL_CLASS);
    int dim = config.intValue("projection_dim", PROJECTION_DIM);
    var text = tower(config, "text_config");
    var vision = tower(config, "vision_config");
    List.of(text, vision).forEach(tower -> tower.has("projection_dim")); // the whole's counts
    var network = new ClipNetwork(text(text, dim), vision(vision, dim));
    config.has("logit_scale_init_value"); // where training began
    List.of("text_config", "vision_config").forEach(config::has);
    config.refuseUnknown(IGNORABLE);
    return network;
  }

  /** Older files have the settings of a tower twice; in transformers those of the dict count. */
  private static ComponentConfig tower(ComponentConfig config, String name) {
    String dict = name + "_dict";
    return config.object(config.has(dict) ? dict : name);
  }

  /**
   * Reads the settings of the image tower of a model that has two in its settings and uses one.
   *
   * @param className the class name of the model, such as {@code StableDiffusionSafetyChecker}
   */
  public static ClipVisionNetwork readVisionOf(Path folder, String className) {
    var config = ComponentConfig.read(folder.resolve(CONFIG));
    config.expectClass(className);
    int dim = config.intValue("projection_dim", PROJECTION_DIM);
    var vision = tower(config, "vision_config");
    vision.has("projection_dim"); // the whole's counts
    var network = vision(vision, dim);
    List.of("text_config", "text_config_dict", "vision_config", "logit_scale_init_value")
        .forEach(config::has);
    config.refuseUnknown(IGNORABLE);
    return network;
  }

  private static ClipTextNetwork text(ComponentConfig config, int dim) {
    var network =
        config.make(
            () ->
                new ClipTextNetwork(
                    transformer(config, 512, 2048, 8),
                    config.intValue("vocab_size", 49408),
                    config.intValue("max_position_embeddings", 77),
                    dim));
    config.refuseUnknown(IGNORABLE);
    return network;
  }

  private static ClipVisionNetwork vision(ComponentConfig config, int dim) {
    config.supports("num_channels", 3);
    var network =
        config.make(
            () ->
                new ClipVisionNetwork(
                    transformer(config, 768, 3072, 12),
                    config.intValue("image_size", 224),
                    config.intValue("patch_size", 32),
                    dim));
    config.refuseUnknown(IGNORABLE);
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

  /** Returns the tensors of a text tower. */
  public static Manifest manifest(ClipTextNetwork network) {
    return Manifest.of(network).ignoring(name -> !isParameter(name));
  }

  /** Returns the tensors of an image tower. */
  public static Manifest manifest(ClipVisionNetwork network) {
    return Manifest.of(network).ignoring(name -> !isParameter(name));
  }

  /** Whether a tensor is a parameter; older files also contain the buffer 0, 1, 2, …. */
  public static boolean isParameter(String name) {
    return !name.endsWith(".position_ids");
  }

  /** Writes a text tower. */
  public static void writeText(
      Path folder,
      ClipTextNetwork network,
      int startId,
      int endId,
      int padId,
      TensorSource weights,
      Map<String, String> notes) {
    writeConfig(folder, network, startId, endId, padId);
    write(folder, weights, ClipNetwork::isText, DType.BF16, notes);
  }

  /** Writes the settings of a text tower. */
  public static void writeConfig(
      Path folder, ClipTextNetwork network, int startId, int endId, int padId) {
    String className = network.embeddingDim() == 0 ? STATES_CLASS : TEXT_CLASS;
    put(ConfigWriter.transformers(className, TEXT_TYPE), network)
        .put("bos_token_id", startId)
        .put("eos_token_id", endId)
        .put("pad_token_id", padId)
        .write(folder.resolve(CONFIG));
  }

  /** Writes an image tower. */
  public static void writeVision(
      Path folder, ClipVisionNetwork network, TensorSource weights, Map<String, String> notes) {
    writeConfig(folder, network);
    write(folder, weights, ClipNetwork::isVision, DType.BF16, notes);
  }

  /** Writes the settings of an image tower. */
  public static void writeConfig(Path folder, ClipVisionNetwork network) {
    put(ConfigWriter.transformers(VISION_CLASS, VISION_TYPE), network)
        .write(folder.resolve(CONFIG));
  }

  /** Writes a whole CLIP. */
  public static void writeModel(
      Path folder,
      ClipNetwork network,
      int startId,
      int endId,
      int padId,
      TensorSource weights,
      Map<String, String> notes) {
    writeConfig(folder, network, startId, endId, padId);
    write(folder, weights, key -> true, DType.BF16, notes);
  }

  /** Writes the settings of a whole CLIP. */
  public static void writeConfig(
      Path folder, ClipNetwork network, int startId, int endId, int padId) {
    var text =
        put(ConfigWriter.nested().put("model_type", TEXT_TYPE), network.text())
            .put("bos_token_id", startId)
            .put("eos_token_id", endId)
            .put("pad_token_id", padId);
    var vision = put(ConfigWriter.nested().put("model_type", VISION_TYPE), network.vision());
    ConfigWriter.transformers(MODEL_CLASS, "clip")
        .put("projection_dim", network.text().embeddingDim())
        .put("logit_scale_init_value", ContrastiveLoss.INITIAL)
        .put("text_config", text)
        .put("vision_config", vision)
        .write(folder.resolve(CONFIG));
  }

  /** Writes the selected tensors of weights with transformers' keys. */
  static void write(
      Path folder,
      TensorSource weights,
      Predicate<String> keep,
      DType dtype,
      Map<String, String> notes) {
    ModelFiles.write(folder, Checkpoint.TRANSFORMERS, weights, keep, dtype, notes);
  }

  private static ConfigWriter put(ConfigWriter config, ClipTextNetwork network) {
    var writer =
        put(config, network.transformer())
            .put("vocab_size", network.vocabulary())
            .put("max_position_embeddings", network.positions());
    return network.embeddingDim() == 0
        ? writer
        : writer.put("projection_dim", network.embeddingDim());
  }

  private static ConfigWriter put(ConfigWriter config, ClipVisionNetwork network) {
    return put(config, network.transformer())
        .put("image_size", network.imageSize())
        .put("patch_size", network.patch())
        .put("num_channels", 3)
        .put("projection_dim", network.embeddingDim());
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
}
