package io.diffusion4j.decoder.unet;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.weights.ModelFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * guided-diffusion's U-Nets: {@code model.safetensors} with OpenAI's keys, and a {@code
 * config.json} with the arguments of the class's constructor, since OpenAI publishes them as flags
 * in a README. The other fields are {@code _class_name}, and {@code groups} if it is not 32.
 */
public final class AdmFolders {
  private static final String CONFIG = "config.json";
  private static final String PLAIN_CLASS = "UNetModel";
  private static final String SUPER_RES_CLASS = "SuperResModel";
  private static final int GROUPS = 32;

  private AdmFolders() {}

  /**
   * Reads the settings of a {@code UNetModel} or {@code SuperResModel}; absent fields have the
   * constructor's defaults.
   */
  public static UnetConfig read(Path folder) {
    return read(ComponentConfig.read(folder.resolve(CONFIG)));
  }

  static UnetConfig read(ComponentConfig c) {
    boolean isPlain = c.expectClass(PLAIN_CLASS, SUPER_RES_CLASS).equals(PLAIN_CLASS);
    var beside = isPlain ? ConcatConditioning.NOTHING : ConcatConditioning.LOW;
    var config =
        unet(c, layout(c), beside, c.intValue("out_channels"), c.intValue("num_classes", 0), 0);
    c.refuseUnknown();
    return config;
  }

  /** Returns the layout that {@code use_new_attention_order} selects. */
  public static UnetLayout layout(ComponentConfig c) {
    return c.booleanValue("use_new_attention_order", false)
        ? UnetLayout.OPENAI_BY_KIND
        : UnetLayout.OPENAI;
  }

  /**
   * Reads the settings that guided-diffusion's U-Nets and GLIDE's have in common; other fields are
   * left to the caller.
   *
   * @param beside the inputs beside x_t of the file's class
   * @param outChannels channels of the output
   */
  public static UnetConfig unet(
      ComponentConfig c,
      UnetLayout layout,
      ConcatConditioning beside,
      int outChannels,
      int classes,
      int contextDim) {
    c.supports("dims", 2);
    // Settings that matter only to training, or to the reference's number format.
    c.doubleValue("dropout", 0);
    c.booleanValue("use_checkpoint", false);
    c.booleanValue("use_fp16", false);
    int headChannels = c.intValue("num_head_channels", -1);
    int heads = c.intValue("num_heads", 1);
    int headsUp = c.intValue("num_heads_upsample", -1);
    boolean convResample = c.booleanValue("conv_resample", true);
    LevelChange plain = convResample ? LevelChange.CONVOLUTION : LevelChange.RESAMPLING;
    try {
      return UnetConfig.openAi(
          layout,
          c.intValue("image_size"),
          c.intValue("in_channels"),
          beside,
          outChannels,
          c.intValue("model_channels"),
          c.doubles("channel_mult", List.of(1.0, 2.0, 4.0, 8.0)),
          c.ints("attention_resolutions", List.of()),
          c.intValue("num_res_blocks"),
          c.booleanValue("resblock_updown", false) ? LevelChange.RESIDUAL_BLOCK : plain,
          c.booleanValue("use_scale_shift_norm", false)
              ? TimeConditioning.SCALE_SHIFT
              : TimeConditioning.ADD,
          headChannels == -1
              ? Heads.of(heads, headsUp == -1 ? heads : headsUp)
              : Heads.ofWidth(headChannels),
          classes,
          contextDim,
          c.intValue("groups", GROUPS));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(c.file(), "no U-Net: " + e.getMessage(), e);
    }
  }

  /** Writes a {@code UNetModel} or {@code SuperResModel}. */
  public static void write(
      Path folder, UnetConfig config, TensorSource weights, Map<String, String> notes) {
    writeConfig(folder, config);
    ModelFiles.write(folder, Checkpoint.TRANSFORMERS, weights, name -> true, notes);
  }

  /** Writes the settings of a {@code UNetModel} or {@code SuperResModel}. */
  public static void writeConfig(Path folder, UnetConfig config) {
    Check.that(
        !config.beside().known() && config.contextDim() == 0,
        "config",
        config,
        "a U-Net of guided-diffusion");
    put(ConfigWriter.nested(), config, config.outChannels())
        .put("_class_name", config.beside().low() ? SUPER_RES_CLASS : PLAIN_CLASS)
        .put("num_classes", config.labels().count() == 0 ? null : config.labels().count())
        .put("use_new_attention_order", config.layout() == UnetLayout.OPENAI_BY_KIND)
        .write(folder.resolve(CONFIG));
  }

  /**
   * Writes the settings that {@link #unet} reads.
   *
   * @param outChannels the value of {@code out_channels}, which some classes use for something else
   */
  public static ConfigWriter put(ConfigWriter writer, UnetConfig c, int outChannels) {
    var heads = c.heads();
    var change = c.levels().get(0).down();
    return writer
        .put("image_size", c.sampleSize())
        .put("in_channels", c.imageChannels())
        .put("out_channels", outChannels)
        .put("model_channels", c.timeChannels())
        .put("channel_mult", c.blockChannels().stream().map(each -> mult(each, c)).toList())
        .put(
            "attention_resolutions",
            IntStream.range(0, c.levels().size())
                .filter(level -> c.levels().get(level).attentionDown())
                .mapToObj(level -> 1 << level)
                .toList())
        .put("num_res_blocks", c.layers())
        .put("resblock_updown", change == LevelChange.RESIDUAL_BLOCK)
        .put("conv_resample", change != LevelChange.RESAMPLING)
        .put("use_scale_shift_norm", c.timeConditioning() == TimeConditioning.SCALE_SHIFT)
        .put("num_head_channels", heads.width() > 0 ? heads.width() : -1)
        .put("num_heads", heads.width() > 0 ? 1 : heads.down())
        .put("num_heads_upsample", heads.width() > 0 ? -1 : heads.up())
        .put("groups", c.groups())
        .put("dims", 2)
        .put("dropout", 0.0);
  }

  /**
   * Returns the smallest multiplier of the model's channels whose product is truncated to these.
   */
  private static double mult(int channels, UnetConfig c) {
    double mult = (double) channels / c.timeChannels();
    return (int) (mult * c.timeChannels()) == channels ? mult : Math.nextUp(mult);
  }
}
