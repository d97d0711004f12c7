package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.decoder.unet.PixelUnetConfig;
import io.diffusion4j.decoder.unet.PixelUnetConfig.Labels;
import io.diffusion4j.decoder.unet.PixelUnetConfig.Middle;
import io.diffusion4j.decoder.unet.PixelUnetConfig.Time;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.unet.UnetShape.LevelChange;
import io.diffusion4j.nn.Function;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The settings of a {@code UNet2DModel} in diffusers' layout. */
final class UnetSettings {
  static final String CLASS = "UNet2DModel";

  private static final String SCALE_SHIFT = "scale_shift";
  private static final String RESNET = "resnet";
  private static final String POSITIONAL = "positional";
  private static final String LEARNED = "learned";
  private static final String PLAIN_DOWN = "DownBlock2D";
  private static final String PLAIN_UP = "UpBlock2D";
  private static final String ATTENTION = "Attn";
  private static final String OLD_PREFIX = "UNetRes"; // names in the oldest files

  /** Our own field: whether the last class is the null class. Diffusers ignores it. */
  private static final String NULL_CLASS = "null_class_embed";

  private static final List<Integer> CHANNELS = List.of(224, 448, 672, 896);
  private static final int HEAD_DIM = 8;

  private UnetSettings() {}

  /** Reads the settings of a network; absent fields have diffusers' defaults. */
  static PixelUnetConfig read(ComponentConfig c) {
    c.expectClass(CLASS);
    var channels = c.ints("block_out_channels", CHANNELS);
    var size = size(c);
    var labels = labels(c);
    var conditioning =
        c.supports("resnet_time_scale_shift", "default", SCALE_SHIFT)
                .text("resnet_time_scale_shift", "default")
                .equals(SCALE_SHIFT)
            ? TimeConditioning.SCALE_SHIFT
            : TimeConditioning.ADD;
    int groups = c.intValue("norm_num_groups", 32);
    boolean middle = !c.isNull("mid_block_type");
    c.supports("mid_block_type", "UNetMidBlock2D");
    c.supports("downsample_type", "conv", RESNET).supports("upsample_type", "conv", RESNET);
    var config =
        c.make(
            () ->
                new PixelUnetConfig(
                    size.get(0),
                    size.get(size.size() - 1),
                    c.intValue("in_channels", 3),
                    c.intValue("out_channels", 3),
                    c.booleanValue("center_input_sample", false),
                    time(c),
                    c.intValue("time_embedding_dim", channels.isEmpty() ? 0 : 4 * channels.get(0)),
                    channels,
                    attention(c, "down_block_types", PLAIN_DOWN, false),
                    attention(c, "up_block_types", PLAIN_UP, true),
                    new Middle(
                        middle,
                        c.booleanValue("add_attention", true),
                        c.intValue(
                            "attn_norm_num_groups",
                            conditioning == TimeConditioning.ADD ? groups : 0),
                        c.doubleValue("mid_block_scale_factor", 1)),
                    c.intValue("layers_per_block", 2),
                    c.isNull("attention_head_dim") ? 0 : c.intValue("attention_head_dim", HEAD_DIM),
                    groups,
                    c.doubleValue("norm_eps", 1e-5),
                    conditioning,
                    activation(c),
                    c.intValue("downsample_padding", 1),
                    change(c, "downsample_type"),
                    change(c, "upsample_type"),
                    labels));
    c.refuseUnknown("dropout", "num_train_timesteps");
    return config;
  }

  private static List<Integer> size(ComponentConfig c) {
    if (!c.isArray("sample_size")) {
      return List.of(c.intValue("sample_size"));
    }
    var size = c.ints("sample_size", List.of());
    if (size.size() != 2) {
      throw c.invalid("sample_size", size, "a number, or [height, width]");
    }
    return size;
  }

  private static Time time(ComponentConfig c) {
    c.supports("time_embedding_type", POSITIONAL, LEARNED);
    boolean learned = c.text("time_embedding_type", POSITIONAL).equals(LEARNED);
    return new Time(
        learned ? c.intValue("num_train_timesteps") : 0,
        !c.booleanValue("flip_sin_to_cos", true),
        c.doubleValue("freq_shift", 0));
  }

  private static Function activation(ComponentConfig c) {
    c.supports("act_fn", "silu", "swish", "gelu");
    return c.text("act_fn", "silu").equals("gelu") ? Function.GELU : Function.SILU;
  }

  private static LevelChange change(ComponentConfig c, String field) {
    return c.text(field, "conv").equals(RESNET)
        ? LevelChange.RESIDUAL_BLOCK
        : LevelChange.CONVOLUTION;
  }

  private static Labels labels(ComponentConfig c) {
    c.supports("class_embed_type", "timestep", "identity");
    int rows = c.intValue("num_class_embeds", 0);
    boolean hasNull = c.booleanValue(NULL_CLASS, false);
    return switch (c.text("class_embed_type", "")) {
      case "timestep" -> new Labels(Labels.Kind.TIMESTEP, 0, hasNull);
      case "identity" -> new Labels(Labels.Kind.VECTOR, 0, hasNull);
      default -> rows > 0 ? Labels.table(hasNull ? rows - 1 : rows, hasNull) : Labels.NONE;
    };
  }

  /** Reads which levels have attention, from the highest resolution down. */
  private static List<Boolean> attention(
      ComponentConfig c, String field, String plain, boolean upwards) {
    List<Boolean> levels = new ArrayList<>();
    List<Boolean> absent =
        upwards ? List.of(true, true, true, false) : List.of(false, true, true, true);
    for (String type : c.texts(field, absent.stream().map(a -> name(plain, a)).toList())) {
      String name = type.startsWith(OLD_PREFIX) ? type.substring(OLD_PREFIX.length()) : type;
      if (!name.equals(name(plain, true)) && !name.equals(name(plain, false))) {
        throw c.invalid(field, type, name(plain, false) + " or " + name(plain, true));
      }
      levels.add(name.equals(name(plain, true)));
    }
    if (upwards) {
      Collections.reverse(levels);
    }
    return levels;
  }

  private static String name(String plain, boolean attention) {
    return attention ? ATTENTION + plain : plain;
  }

  /** Writes {@code config.json}. */
  static void write(Path file, PixelUnetConfig c) {
    var labels = c.labels();
    List<String> down = c.attention().stream().map(a -> name(PLAIN_DOWN, a)).toList();
    List<String> up =
        new ArrayList<>(c.attentionUp().stream().map(a -> name(PLAIN_UP, a)).toList());
    Collections.reverse(up);
    boolean learned = c.time().learned() > 0;
    boolean usualNorm =
        c.middle().normGroups() == (c.timeConditioning() == TimeConditioning.ADD ? c.groups() : 0);
    if (c.middle().normGroups() == 0 && !usualNorm) {
      throw new CheckpointException(
          file, "attn_norm_num_groups: 0 (expected: ≥ 1 without resnet_time_scale_shift)");
    }
    var writer = ConfigWriter.diffusers(CLASS);
    if (labels.hasNull()) {
      writer.put(NULL_CLASS, true);
    }
    writer
        .put("act_fn", c.activation() == Function.GELU ? "gelu" : "silu")
        .put("add_attention", c.middle().attention())
        .put("attention_head_dim", c.headDim() == 0 ? null : c.headDim())
        .put("attn_norm_num_groups", usualNorm ? null : c.middle().normGroups())
        .put("block_out_channels", c.blockChannels())
        .put("center_input_sample", c.centerInput())
        .put(
            "class_embed_type",
            switch (labels.kind()) {
              case NONE, TABLE -> null;
              case TIMESTEP -> "timestep";
              case VECTOR -> "identity";
            })
        .put("down_block_types", down)
        .put("downsample_padding", c.downPadding())
        .put("downsample_type", change(c.attentionDown()))
        .put("dropout", 0.0)
        .put("flip_sin_to_cos", !c.time().sinesFirst())
        .put("freq_shift", c.time().freqShift())
        .put("in_channels", c.inChannels())
        .put("layers_per_block", c.layers())
        .put("mid_block_scale_factor", c.middle().scale())
        .put("mid_block_type", c.middle().present() ? "UNetMidBlock2D" : null)
        .put("norm_eps", c.eps())
        .put("norm_num_groups", c.groups())
        .put("num_class_embeds", labels.count() > 0 ? labels.rows() : null)
        .put("num_train_timesteps", learned ? c.time().learned() : null)
        .put("out_channels", c.outChannels())
        .put(
            "resnet_time_scale_shift",
            c.timeConditioning() == TimeConditioning.SCALE_SHIFT ? SCALE_SHIFT : "default")
        .put("sample_size", c.height() == c.width() ? c.height() : List.of(c.height(), c.width()))
        .put("time_embedding_dim", c.timeEmbedDim())
        .put("time_embedding_type", learned ? LEARNED : POSITIONAL)
        .put("up_block_types", up)
        .put("upsample_type", change(c.attentionUpward()))
        .write(file);
  }

  private static String change(LevelChange change) {
    return change == LevelChange.RESIDUAL_BLOCK ? RESNET : "conv";
  }
}
