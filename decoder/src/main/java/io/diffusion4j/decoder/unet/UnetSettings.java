package io.diffusion4j.decoder.unet;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.decoder.unet.UnetConfig.Level;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.Middle;
import io.diffusion4j.decoder.unet.UnetConfig.Time;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Function;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The settings of a U-Net in diffusers' layout, {@code config.json}: a class, and the kind of
 * blocks that are supported in it. Absent fields have the class's defaults.
 */
@SuppressWarnings("ImmutableEnumChecker") // an immutable list of numbers
public enum UnetSettings {
  /** A {@code UNet2DModel} of blocks that change the resolution by convolutions. */
  PIXELS("UNet2DModel", "DownBlock2D", "AttnDownBlock2D", List.of(224, 448, 672, 896), 3, "{}"),

  /** unCLIP's upsampler: a {@code UNet2DModel} of residual blocks. */
  UPSAMPLER(
      "UNet2DModel",
      "ResnetDownsampleBlock2D",
      "",
      List.of(320, 640, 1280, 1280),
      3,
      """
      {"attn_norm_num_groups": null, "class_embed_type": null, "mid_block_type": "UNetMidBlock2D"}
      """),

  /**
   * The blocks of unCLIP's decoder in a {@code UNet2DConditionModel}, whatever they denoise and
   * whatever conditions them. The caller checks the channels and the fields of its condition, and
   * refuses the rest.
   */
  CONDITIONED(
      "UNet2DConditionModel",
      "ResnetDownsampleBlock2D",
      "SimpleCrossAttnDownBlock2D",
      List.of(320, 640, 1280, 1280),
      4,
      """
      {"addition_embed_type_num_heads": 64,
       "addition_time_embed_dim": null, "attention_type": "default",
       "class_embeddings_concat": false,
       "conv_in_kernel": 3, "conv_out_kernel": 3, "cross_attention_norm": null,
       "dual_cross_attention": false,
       "mid_block_only_cross_attention": null, "mid_block_type": "UNetMidBlock2DSimpleCrossAttn",
       "num_attention_heads": null, "only_cross_attention": false,
       "projection_class_embeddings_input_dim": null, "resnet_out_scale_factor": 1.0,
       "resnet_skip_time_act": false, "reverse_transformer_layers_per_block": null,
       "time_cond_proj_dim": null, "time_embedding_act_fn": null, "timestep_post_act": null}
      """);

  /** The settings of unCLIP's networks that have one supported value in both classes. */
  private static final String OF_UNCLIP =
      """
      {"act_fn": "silu", "center_input_sample": false, "downsample_padding": 1, "dropout": 0.0,
       "flip_sin_to_cos": true, "freq_shift": 0, "mid_block_scale_factor": 1,
       "num_class_embeds": null, "time_embedding_dim": null, "time_embedding_type": "positional"}
      """;

  private static final String SCALE_SHIFT = "scale_shift";
  private static final String CONV = "conv";
  private static final String RESNET = "resnet";
  private static final String POSITIONAL = "positional";
  private static final String LEARNED = "learned";
  private static final String OLD_PREFIX = "UNetRes"; // names in the oldest files

  /** Our own field: whether the last class is the null class. Diffusers ignores it. */
  private static final String NULL_CLASS = "null_class_embed";

  private static final String HEADS = "attention_head_dim";
  private static final int HEAD_DIM = 8;

  private final String className;
  private final String plain;
  private final String attending;
  private final List<Integer> channels;
  private final int imageChannels;
  private final String fixed;

  UnetSettings(
      String className,
      String plain,
      String attending,
      List<Integer> channels,
      int imageChannels,
      String fixed) {
    this.className = className;
    this.plain = plain;
    this.attending = attending;
    this.channels = channels;
    this.imageChannels = imageChannels;
    this.fixed = fixed;
  }

  /** Returns the class in the file. */
  public String className() {
    return className;
  }

  /** Reads the settings; the caller refuses those that are left. */
  public UnetConfig read(ComponentConfig c) {
    c.expectClass(className);
    if (this != PIXELS) {
      c.fixed(OF_UNCLIP).fixed(fixed);
    }
    if (this == CONDITIONED) {
      List.of("transformer_layers_per_block", "upcast_attention", "use_linear_projection")
          .forEach(c::has);
    }
    return c.make(() -> unet(c));
  }

  private UnetConfig unet(ComponentConfig c) {
    var blocks = c.ints("block_out_channels", channels);
    var size = size(c);
    var conditioning =
        c.supports("resnet_time_scale_shift", "default", SCALE_SHIFT)
                .text("resnet_time_scale_shift", "default")
                .equals(SCALE_SHIFT)
            ? TimeConditioning.SCALE_SHIFT
            : TimeConditioning.ADD;
    int in = c.intValue("in_channels", imageChannels);
    int out = c.intValue("out_channels", imageChannels);
    Check.that(
        this != PIXELS || out == in || out == 2 * in,
        "out_channels",
        out,
        in + ", or " + 2 * in + " with a learned variance");
    int groups = c.intValue("norm_num_groups", 32);
    boolean conditioned = this == CONDITIONED;
    boolean hasNorm = conditioned || conditioning == TimeConditioning.ADD;
    return new UnetConfig(
        UnetLayout.DIFFUSERS,
        size.get(0),
        size.get(size.size() - 1),
        in,
        this == PIXELS ? ConcatConditioning.NOTHING : ConcatConditioning.of(in, out),
        out,
        c.booleanValue("center_input_sample", false),
        time(c, blocks),
        levels(c, blocks),
        new Middle(
            !c.isNull("mid_block_type"),
            conditioned || c.booleanValue("add_attention", true),
            conditioned ? groups : c.intValue("attn_norm_num_groups", hasNorm ? groups : 0),
            c.doubleValue("mid_block_scale_factor", 1)),
        c.intValue("layers_per_block", 2),
        heads(c),
        conditioned ? c.intValue("cross_attention_dim", 1280) : 0,
        this == PIXELS ? labels(c) : Labels.NONE,
        groups,
        c.doubleValue("norm_eps", 1e-5),
        conditioning,
        activation(c),
        c.intValue("downsample_padding", 1));
  }

  private List<Integer> size(ComponentConfig c) {
    if (this != PIXELS || !c.isArray("sample_size")) {
      return List.of(c.intValue("sample_size"));
    }
    var size = c.ints("sample_size", List.of());
    if (size.size() != 2) {
      throw c.invalid("sample_size", size, "a number, or [height, width]");
    }
    return size;
  }

  private Time time(ComponentConfig c, List<Integer> blocks) {
    Check.that(!blocks.isEmpty(), "block_out_channels", blocks, "one for each level");
    int first = blocks.get(0);
    Check.that(this == PIXELS || first % 2 == 0, "block_out_channels", blocks, "even");
    c.supports("time_embedding_type", POSITIONAL, LEARNED);
    boolean learned = c.text("time_embedding_type", POSITIONAL).equals(LEARNED);
    return new Time(
        first,
        c.intValue("time_embedding_dim", 4 * first),
        learned ? c.intValue("num_train_timesteps") : 0,
        !c.booleanValue("flip_sin_to_cos", true),
        c.doubleValue("freq_shift", 0));
  }

  /** Reads the heads; null stands for a single one in a network of pixels. */
  private Heads heads(ComponentConfig c) {
    boolean pixels = this == PIXELS;
    int width = pixels && c.isNull(HEADS) ? 0 : c.intValue(HEADS, HEAD_DIM);
    Check.that(width >= (pixels ? 0 : 1), HEADS, width, pixels ? "≥ 1, or null" : "≥ 1");
    return width == 0 ? Heads.of(1, 1) : Heads.ofWidth(width);
  }

  private static Function activation(ComponentConfig c) {
    c.supports("act_fn", "silu", "swish", "gelu");
    return c.text("act_fn", "silu").equals("gelu") ? Function.GELU : Function.SILU;
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

  /**
   * Reads the levels. Nothing is below the lowest level or above the highest: there, the change is
   * the one that the file has for levels with attention.
   */
  private List<Level> levels(ComponentConfig c, List<Integer> blocks) {
    List<Boolean> defaults = this == PIXELS ? List.of(false, true, true, true) : List.of();
    var down = attention(c, "down_block_types", defaults, plain, attending);
    var up = attention(c, "up_block_types", reversed(defaults), up(plain), up(attending));
    Check.that(
        down.size() == blocks.size() && up.size() == blocks.size(),
        "down_block_types",
        down.size() + " and " + up.size() + " blocks",
        "one for each of %s",
        blocks);
    var below = change(c, "downsample_type");
    var above = change(c, "upsample_type");
    var other = this == PIXELS ? LevelChange.CONVOLUTION : LevelChange.RESIDUAL_BLOCK;
    List<Level> levels = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      boolean attendsDown = down.get(i);
      boolean attendsUp = reversed(up).get(i);
      levels.add(
          new Level(
              blocks.get(i),
              attendsDown,
              attendsUp,
              attendsDown || i == blocks.size() - 1 ? below : other,
              attendsUp || i == 0 ? above : other));
    }
    return levels;
  }

  /** Returns the change of levels with attention. */
  private LevelChange change(ComponentConfig c, String field) {
    if (this != PIXELS) {
      return LevelChange.RESIDUAL_BLOCK;
    }
    boolean residual = c.supports(field, CONV, RESNET).text(field, CONV).equals(RESNET);
    return residual ? LevelChange.RESIDUAL_BLOCK : LevelChange.CONVOLUTION;
  }

  /** Reads which blocks have attention, in the order of the file. */
  private static List<Boolean> attention(
      ComponentConfig c, String field, List<Boolean> defaults, String plain, String attending) {
    List<Boolean> attention = new ArrayList<>();
    for (String type : c.texts(field, names(defaults, plain, attending))) {
      String name = type.startsWith(OLD_PREFIX) ? type.substring(OLD_PREFIX.length()) : type;
      if (!name.equals(plain) && (attending.isEmpty() || !name.equals(attending))) {
        throw c.invalid(field, type, attending.isEmpty() ? plain : plain + " or " + attending);
      }
      attention.add(!name.equals(plain));
    }
    return attention;
  }

  private static List<String> names(List<Boolean> attention, String plain, String attending) {
    return attention.stream().map(attends -> attends ? attending : plain).toList();
  }

  private static List<Boolean> reversed(List<Boolean> list) {
    List<Boolean> reversed = new ArrayList<>(list);
    Collections.reverse(reversed);
    return reversed;
  }

  /** Returns the name of a block on the way up. */
  private static String up(String block) {
    return block.replace("Down", "Up");
  }

  /**
   * Returns the settings that {@link #read} reads.
   *
   * @throws IllegalArgumentException if the file has no fields for the shape
   */
  public ConfigWriter put(UnetConfig c) {
    var levels = c.levels();
    var writer =
        ConfigWriter.diffusers(className)
            .put("attention_head_dim", c.heads().width() == 0 ? null : c.heads().width())
            .put("block_out_channels", c.blockChannels())
            .put(
                "down_block_types",
                names(levels.stream().map(Level::attentionDown).toList(), plain, attending))
            .put("in_channels", c.inChannels())
            .put("layers_per_block", c.layers())
            .put("norm_eps", c.eps())
            .put("norm_num_groups", c.groups())
            .put("out_channels", c.outChannels())
            .put(
                "resnet_time_scale_shift",
                c.timeConditioning() == TimeConditioning.SCALE_SHIFT ? SCALE_SHIFT : "default")
            .put(
                "sample_size",
                c.height() == c.width() ? c.height() : List.of(c.height(), c.width()))
            .put(
                "up_block_types",
                names(
                    reversed(levels.stream().map(Level::attentionUp).toList()),
                    up(plain),
                    up(attending)));
    if (this != PIXELS) {
      writer.fixed(OF_UNCLIP).fixed(fixed);
    }
    return switch (this) {
      case PIXELS -> putPixels(writer, c);
      case UPSAMPLER ->
          writer
              .put("add_attention", c.middle().attention())
              .put("downsample_type", CONV)
              .put("num_train_timesteps", null)
              .put("upsample_type", CONV);
      case CONDITIONED ->
          writer
              .put("cross_attention_dim", c.contextDim())
              .put("transformer_layers_per_block", 1)
              .put("upcast_attention", false)
              .put("use_linear_projection", false);
    };
  }

  private static ConfigWriter putPixels(ConfigWriter writer, UnetConfig c) {
    var labels = c.labels();
    if (labels.hasNull()) {
      writer.put(NULL_CLASS, true);
    }
    boolean learned = c.time().learned() > 0;
    int norm = c.middle().normGroups();
    boolean hasNorm = c.timeConditioning() == TimeConditioning.ADD;
    Check.that(
        norm > 0 || !hasNorm, "attn_norm_num_groups", norm, "≥ 1 without resnet_time_scale_shift");
    return writer
        .put("act_fn", c.activation() == Function.GELU ? "gelu" : "silu")
        .put("add_attention", c.middle().attention())
        .put("attn_norm_num_groups", norm == (hasNorm ? c.groups() : 0) ? null : norm)
        .put("center_input_sample", c.centerInput())
        .put(
            "class_embed_type",
            switch (labels.kind()) {
              case NONE, TABLE -> null;
              case TIMESTEP -> "timestep";
              case VECTOR -> "identity";
            })
        .put("downsample_padding", c.downPadding())
        .put("downsample_type", type(c.levels().get(c.levels().size() - 1).down()))
        .put("dropout", 0.0)
        .put("flip_sin_to_cos", !c.time().sinesFirst())
        .put("freq_shift", c.time().freqShift())
        .put("mid_block_scale_factor", c.middle().scale())
        .put("mid_block_type", c.middle().present() ? "UNetMidBlock2D" : null)
        .put("num_class_embeds", labels.count() > 0 ? labels.rows() : null)
        .put("num_train_timesteps", learned ? c.time().learned() : null)
        .put("time_embedding_dim", c.timeEmbedDim())
        .put("time_embedding_type", learned ? LEARNED : POSITIONAL)
        .put("upsample_type", type(c.levels().get(0).up()));
  }

  private static String type(LevelChange change) {
    return change == LevelChange.RESIDUAL_BLOCK ? RESNET : CONV;
  }
}
