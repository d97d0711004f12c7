package io.diffusion4j.decoder.dit;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.decoder.dit.DitConfig.Numerics;
import java.nio.file.Path;
import java.util.Set;

/**
 * The settings of diffusers' {@code DiTTransformer2DModel}, which used to be a {@code
 * Transformer2DModel} with {@code norm_type} {@code ada_norm_zero}.
 *
 * <p>A field of our own, {@code freq_shift}, is 0 if the time is embedded as in the original code.
 * Diffusers ignores the field and computes with 1.
 *
 * @param classes number of classes, without the null class
 */
public record DitSettings(DitConfig config, int classes) {
  static final String CLASS = "DiTTransformer2DModel";
  private static final String OLD_CLASS = "Transformer2DModel";
  private static final String NORM = "ada_norm_zero";

  private static final String COMMON =
      """
      {"activation_fn": "gelu-approximate", "attention_bias": true, "dropout": 0.0,
       "norm_elementwise_affine": false, "norm_type": "ada_norm_zero", "upcast_attention": false}
      """;

  private static final String OF_OLD =
      """
      {"caption_channels": null, "cross_attention_dim": null, "double_self_attention": false,
       "num_vector_embeds": null, "only_cross_attention": false, "use_additional_conditions": null,
       "use_linear_projection": false}
      """;

  /** Whether settings are those of a DiT; they may still be invalid. */
  public static boolean isOne(ComponentConfig c) {
    String name = c.className().orElse("");
    boolean isOld =
        name.equals(OLD_CLASS)
            && c.text("norm_type", "").equals(NORM)
            && c.optionalInt("patch_size").isPresent();
    return isOld || name.equals(CLASS);
  }

  /** Whether settings are those of a class that {@link #read} reads, or refuses by a field. */
  public static boolean hasClass(ComponentConfig c) {
    return c.className().filter(Set.of(CLASS, OLD_CLASS)::contains).isPresent();
  }

  /** Reads the settings; absent fields have diffusers' defaults. */
  public static DitSettings read(ComponentConfig c) {
    c.expectClass(CLASS, OLD_CLASS);
    c.fixed(OF_OLD);
    var settings = new DitSettings(shape(c, 0), c.intValue("num_embeds_ada_norm", 1000));
    c.refuseUnknown("attention_type", "interpolation_scale", "norm_num_groups");
    return settings;
  }

  /**
   * Reads the shape from the settings of any class with these fields.
   *
   * @param contextDim width of the context tokens
   */
  public static DitConfig shape(ComponentConfig c, int contextDim) {
    c.fixed(COMMON);
    int channels = c.intValue("in_channels", 4);
    return c.make(
        () ->
            new DitConfig(
                c.intValue("sample_size", 32),
                c.intValue("patch_size", 2),
                channels,
                c.intValue("out_channels", channels),
                c.intValue("num_layers", 28),
                c.intValue("num_attention_heads", 16),
                c.intValue("attention_head_dim", 72),
                contextDim,
                new Numerics(
                    c.doubleValue("freq_shift", Numerics.DIFFUSERS.freqShift()),
                    c.doubleValue("norm_eps", Numerics.DIFFUSERS.eps()))));
  }

  /** Writes {@code config.json}. */
  public void write(Path file) {
    put(ConfigWriter.diffusers(CLASS), config)
        .put("norm_num_groups", 32)
        .put("num_embeds_ada_norm", classes)
        .write(file);
  }

  /** Adds the shape. */
  public static ConfigWriter put(ConfigWriter writer, DitConfig c) {
    if (c.numerics().freqShift() != Numerics.DIFFUSERS.freqShift()) {
      writer.put("freq_shift", c.numerics().freqShift());
    }
    return writer
        .fixed(COMMON)
        .put("attention_head_dim", c.headDim())
        .put("in_channels", c.inChannels())
        .put("norm_eps", c.numerics().eps())
        .put("num_attention_heads", c.heads())
        .put("num_layers", c.layers())
        .put("out_channels", c.outChannels())
        .put("patch_size", c.patch())
        .put("sample_size", c.sampleSize());
  }
}
