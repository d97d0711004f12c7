package io.diffusion4j.glide;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.DecoderNetwork;
import io.diffusion4j.decoder.unet.AdmFolders;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.decoder.unet.UnetLayout;
import io.diffusion4j.decoder.unet.UnetNetwork;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.StoredNetwork.Access;
import io.diffusion4j.nn.weights.ModelFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * GLIDE's networks: {@code model.safetensors} with OpenAI's keys, and a {@code config.json} with
 * the arguments of the class's constructor, since OpenAI publishes them in code. The other fields
 * are {@code _class_name}, {@code image_size}, the tokenizer's {@code n_vocab}, and {@code groups}
 * if it is not 32. A student has its {@code scheduler_config.json} beside them.
 */
public final class GlideFolders {
  private static final String CONFIG = "config.json";

  /** GLIDE's classes, by their inputs besides x_t. */
  private static final Map<ConcatConditioning, String> CLASSES =
      new EnumMap<>(
          Map.of(
              ConcatConditioning.NOTHING, "Text2ImUNet",
              ConcatConditioning.LOW, "SuperResText2ImUNet",
              ConcatConditioning.KNOWN, "InpaintText2ImUNet",
              ConcatConditioning.KNOWN_AND_LOW,
                  "SuperResInpaintText2ImUnet")); // this is its spelling

  private GlideFolders() {}

  /** Reads the settings of a network; absent fields have the constructor's defaults. */
  public static GlideConfig read(Path folder) {
    var c = ComponentConfig.read(folder.resolve(CONFIG));
    String name = c.expectClass(CLASSES.values().toArray(String[]::new));
    ConcatConditioning beside =
        CLASSES.entrySet().stream()
            .filter(entry -> entry.getValue().equals(name))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow();
    c.supports("xf_final_ln", true)
        .supports("xf_padding", true)
        .supports("xf_ar", 0)
        .supports("share_unemb", false)
        .unset("num_classes");
    c.booleanValue("cache_text_emb", false); // texts are always encoded once
    if (!c.has("xf_final_ln") || !c.has("xf_padding")) {
      throw new CheckpointException(c.file(), "xf_final_ln, xf_padding: absent (expected: true)");
    }
    int width = c.intValue("xf_width");
    try {
      var text = GlideConfig.transformer(width, c.intValue("xf_layers"), c.intValue("xf_heads"));
      var config =
          new GlideConfig(
              AdmFolders.unet(c, UnetLayout.OPENAI, beside, c.intValue("out_channels"), 0, width),
              text,
              c.intValue("n_vocab", GlideConfig.base().vocabulary()),
              c.intValue("text_ctx"));
      c.refuseUnknown();
      return config;
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(c.file(), "no GLIDE: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the scheduler of a network: the file that a student has beside its weights, or the
   * scheduler of the training, for which GLIDE has no file.
   *
   * @throws CheckpointException if the file has another noise schedule, or clips otherwise
   */
  static SchedulerConfig scheduler(Path folder) {
    var trained =
        read(folder).unet().beside().low()
            ? SchedulerConfig.ddpm()
            : SchedulerConfig.unclipDecoder().withKind(SchedulerConfig.Kind.DDPM);
    Path file = folder.resolve(SchedulerConfig.FILE_NAME);
    if (!Files.exists(file)) {
      return trained;
    }
    var own = SchedulerConfig.read(file);
    var expected =
        trained
            .withKind(own.kind())
            .withSpacing(own.spacing())
            .withParameterization(own.parameterization());
    if (!own.equals(expected)) {
      String schedule = trained.betas() + " β of " + trained.trainTimesteps() + " timesteps";
      throw new CheckpointException(
          file, "not GLIDE's (expected: " + schedule + ", x̂₀ clipped to ±1)");
    }
    return own;
  }

  /** Whether the settings of a folder belong to a network of GLIDE. */
  static boolean isAt(Path folder) {
    Path file = folder.resolve(CONFIG);
    try {
      return Files.isRegularFile(file)
          && ComponentConfig.read(file).className().filter(CLASSES::containsValue).isPresent();
    } catch (CheckpointException e) { // an unreadable file is not one of GLIDE's
      return false;
    }
  }

  /** Computes GLIDE's name for such a network. */
  static String className(GlideConfig config) {
    return Objects.requireNonNull(CLASSES.get(config.unet().beside()));
  }

  /** Returns the expected weights of a network. */
  public static Manifest manifest(GlideConfig config) {
    var text = new GlideTextNetwork(config);
    var unet = new UnetNetwork(config.unet(), config.textLength());
    return Manifest.of(
        (nn, inputs) -> {
          text.define(nn, inputs);
          return unet.define(nn, inputs);
        });
  }

  /**
   * Returns the text encoder and the U-Net of a folder by themselves. The outputs of the encoder
   * have the names of the U-Net's inputs.
   *
   * @param name the name of the U-Net; that of the encoder is this with {@code _text}
   */
  static List<StoredNetwork> stored(String name, Path folder) {
    var config = read(folder);
    var text =
        StoredNetwork.of(
                name + "_text",
                new GlideTextNetwork(config),
                Access.in(folder, Checkpoint.TRANSFORMERS, GlideTextNetwork::owns))
            .named(GlideTextNetwork.TOKENS, "input_ids")
            .named(GlideTextNetwork.PRESENT, "attention_mask")
            .named(StoredNetwork.output(0), "encoder_hidden_states")
            .named(StoredNetwork.output(1), UnetNetwork.TIME_ADD);
    var unet =
        DecoderNetwork.named(
                StoredNetwork.of(
                    name,
                    new UnetNetwork(config.unet(), config.textLength()),
                    Access.in(folder, Checkpoint.TRANSFORMERS, key -> !GlideTextNetwork.owns(key))))
            .timed(config.unet().sinusoid());
    return List.of(text, unet);
  }

  /** Writes a network. */
  public static void write(
      Path folder, GlideConfig config, TensorSource weights, Map<String, String> notes) {
    writeConfig(folder, config);
    ModelFiles.write(folder, Checkpoint.TRANSFORMERS, weights, name -> true, notes);
  }

  /** Writes the settings of a network. */
  public static void writeConfig(Path folder, GlideConfig config) {
    Check.that(
        config.unet().layout() == UnetLayout.OPENAI && config.unet().labels().equals(Labels.NONE),
        "config",
        config,
        "a U-Net of GLIDE");
    var text = config.text();
    Check.that(
        text.equals(GlideConfig.transformer(text.width(), text.layers(), text.heads())),
        "text",
        text,
        "a transformer of GLIDE");
    AdmFolders.put(ConfigWriter.nested(), config.unet(), config.unet().outChannels())
        .put("_class_name", className(config))
        .put("n_vocab", config.vocabulary())
        .put("text_ctx", config.textLength())
        .put("xf_width", text.width())
        .put("xf_layers", text.layers())
        .put("xf_heads", text.heads())
        .put("xf_final_ln", true)
        .put("xf_padding", true)
        .write(folder.resolve(CONFIG));
  }
}
