package io.diffusion4j.decoder.dit;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.decoder.dit.UvitConfig.TimeInput;
import io.diffusion4j.diffusion.argument.Check;
import java.nio.file.Path;

/**
 * The settings of a U-ViT: {@code config.json} with the class name {@code UViT} and the arguments
 * of the original's constructor, {@code use_checkpoint} among them, which matters only to training.
 *
 * <p>Three fields are our own. {@code null_class_embed} is true if the last class is the null
 * class; {@code timestep_scale} and {@code timestep_offset} are {@link TimeInput}; without them,
 * the values are a VP-SDE's.
 *
 * @param rows the number of rows of the table of classes; 0 for a network without classes
 * @param hasNull whether the last of them is the null class
 */
public record UvitSettings(UvitConfig config, int rows, boolean hasNull) {
  /** The class name. */
  public static final String CLASS = "UViT";

  private static final String NULL_CLASS = "null_class_embed";
  private static final String SCALE = "timestep_scale";
  private static final String OFFSET = "timestep_offset";
  private static final int NO_CLASSES = -1;

  private static final String FIXED =
      """
      {"qk_scale": null, "skip": true}
      """;

  public UvitSettings {
    Check.that(rows >= 0, "num_classes", rows, "≥ 1, or -1 for none");
    Check.that(!hasNull || rows >= 2, NULL_CLASS, hasNull, "false without classes");
  }

  /** Reads the settings; absent fields have the original's defaults. */
  public static UvitSettings read(ComponentConfig c) {
    c.expectClass(CLASS);
    c.fixed(FIXED);
    var settings =
        c.make(
            () ->
                new UvitSettings(
                    new UvitConfig(
                        c.intValue("img_size", 224),
                        c.intValue("patch_size", 16),
                        c.intValue("in_chans", 3),
                        c.intValue("depth", 12),
                        c.intValue("embed_dim", 768),
                        c.intValue("num_heads", 12),
                        c.doubleValue("mlp_ratio", 4),
                        c.booleanValue("qkv_bias", false),
                        c.booleanValue("mlp_time_embed", false),
                        c.booleanValue("conv", true),
                        new TimeInput(
                            c.doubleValue(SCALE, TimeInput.VP_SDE.scale()),
                            c.doubleValue(OFFSET, TimeInput.VP_SDE.offset()))),
                    Math.max(0, c.intValue("num_classes", NO_CLASSES)),
                    c.booleanValue(NULL_CLASS, false)));
    c.refuseUnknown("use_checkpoint");
    return settings;
  }

  /** Writes {@code config.json}. */
  public void write(Path file) {
    ConfigWriter.diffusers(CLASS)
        .fixed(FIXED)
        .put("conv", config.lastConvolution())
        .put("depth", config.depth())
        .put("embed_dim", config.width())
        .put("img_size", config.size())
        .put("in_chans", config.channels())
        .put("mlp_ratio", config.mlpRatio())
        .put("mlp_time_embed", config.timeMlp())
        .put(NULL_CLASS, hasNull)
        .put("num_classes", rows == 0 ? NO_CLASSES : rows)
        .put("num_heads", config.heads())
        .put("patch_size", config.patch())
        .put("qkv_bias", config.qkvBias())
        .put(OFFSET, config.time().offset())
        .put(SCALE, config.time().scale())
        .write(file);
  }
}
