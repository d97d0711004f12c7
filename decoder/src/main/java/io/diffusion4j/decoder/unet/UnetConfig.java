package io.diffusion4j.decoder.unet;

import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.unet.UnetLayout.Name;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * All settings that a U-Net is built from; its convolutions also run at other sizes.
 *
 * @param layout the keys of the parameters, and the names of fields in errors
 * @param height the height of the training images, in pixels
 * @param width the width of the training images, in pixels
 * @param inChannels channels of the input, the inputs beside x_t included
 * @param beside the network's inputs beside x_t
 * @param outChannels channels of the output; twice the image's if the variance is learned
 * @param centerInput whether the input is first mapped to 2x − 1
 * @param time how the network is given the timestep
 * @param levels the levels, from the highest resolution down
 * @param middle the blocks between the way down and the way up
 * @param layers residual blocks per level on the way down; one more on the way up
 * @param heads the number of attention heads
 * @param contextDim width of the context tokens of the attention; 0 without context
 * @param labels the classes of the network
 * @param groups the number of groups of the group normalisations
 * @param eps the ε of the group normalisations
 * @param timeConditioning how the time enters a residual block
 * @param activation the activation of residual blocks
 * @param downPadding zeros above and to the left of the input of a {@link LevelChange#CONVOLUTION}
 *     that halves: 1 or 0
 */
public record UnetConfig(
    UnetLayout layout,
    int height,
    int width,
    int inChannels,
    ConcatConditioning beside,
    int outChannels,
    boolean centerInput,
    Time time,
    List<Level> levels,
    Middle middle,
    int layers,
    Heads heads,
    int contextDim,
    Labels labels,
    int groups,
    double eps,
    TimeConditioning timeConditioning,
    Function activation,
    int downPadding)
    implements Backbone {
  private static final double OPENAI_EPS = 1e-5;
  private static final int WIDENING = 4;

  /** The use of the time embedding in a residual block. */
  public enum TimeConditioning {
    /**
     * The embedding is added to the activations before the second normalisation: {@code default}.
     */
    ADD,
    /** Scales and shifts the second normalisation: {@code scale_shift}. */
    SCALE_SHIFT
  }

  /** The way from one level to the next. */
  public enum LevelChange {
    /** Through a residual block that halves or doubles the resolution on both branches. */
    RESIDUAL_BLOCK,
    /** Through a convolution of stride 2; back by nearest neighbours and a convolution. */
    CONVOLUTION,
    /** Through the mean of 2×2 pixels; back by nearest neighbours. */
    RESAMPLING
  }

  /**
   * One level of resolution.
   *
   * @param channels the channels of its feature maps
   * @param attentionDown whether its residual blocks on the way down are followed by attention
   * @param attentionUp whether its residual blocks on the way up are followed by attention
   * @param down the way to the level below
   * @param up the way to the level above
   */
  public record Level(
      int channels, boolean attentionDown, boolean attentionUp, LevelChange down, LevelChange up) {
    /** Creates a level that is the same on the way down and up. */
    public Level(int channels, boolean attention, LevelChange change) {
      this(channels, attention, attention, change, change);
    }
  }

  /**
   * The form in which the network receives the timestep.
   *
   * @param channels width of the sinusoid
   * @param embedding width of the time embedding
   * @param learned how many timesteps have a learned row; 0 for the sinusoid
   * @param sinesFirst whether the sinusoid begins with the sines
   * @param freqShift s in the frequencies 10000^(−i/(h − s))
   */
  public record Time(
      int channels, int embedding, int learned, boolean sinesFirst, double freqShift) {
    public Time {
      Check.that(learned >= 0, "num_train_timesteps", learned, "≥ 0");
      Check.that(embedding >= 1, "time_embedding_dim", embedding, "≥ 1");
    }

    /**
     * Returns the default form: a sinusoid with the cosines first, and an embedding 4 times as
     * wide.
     */
    public static Time sinusoid(int channels) {
      return new Time(channels, WIDENING * channels, 0, false, 0);
    }
  }

  /**
   * The blocks between the way down and the way up.
   *
   * @param present whether there are any
   * @param attention whether they attend
   * @param normGroups groups of the attention's normalisation; 0 without it
   * @param scale divisor of each residual sum
   */
  public record Middle(boolean present, boolean attention, int normGroups, double scale) {
    public Middle {
      Check.that(normGroups >= 0, "attn_norm_num_groups", normGroups, "≥ 0");
      Check.positive("mid_block_scale_factor", scale);
    }
  }

  /**
   * The number of attention heads: fixed, or the channels divided by a fixed width.
   *
   * @param width channels of a head; 0 where the number is fixed
   * @param down heads on the way down and in the middle; 0 where the width is fixed
   * @param up heads on the way up; 0 where the width is fixed
   */
  public record Heads(int width, int down, int up) {
    public Heads {
      boolean byWidth = width > 0 && down == 0 && up == 0;
      boolean byNumber = width == 0 && down > 0 && up > 0;
      String all = "width " + width + ", " + down + " down, " + up + " up";
      Check.that(byWidth || byNumber, "heads", all, "≥ 1");
    }

    /** Returns heads of this width: {@code num_head_channels}. */
    public static Heads ofWidth(int channels) {
      Check.that(channels >= 1, "num_head_channels", channels, "≥ 1");
      return new Heads(channels, 0, 0);
    }

    /**
     * Returns a fixed number of heads, whatever the channels: {@code num_heads}, {@code
     * num_heads_upsample}.
     */
    public static Heads of(int down, int up) {
      Check.that(down >= 1, "num_heads", down, "≥ 1");
      Check.that(up >= 1, "num_heads_upsample", up, "≥ 1");
      return new Heads(0, down, up);
    }

    /** Returns the heads on the way down and in the middle. */
    public int down(int channels) {
      return width > 0 ? channels / width : down;
    }

    /** Returns the heads on the way up. */
    public int up(int channels) {
      return width > 0 ? channels / width : up;
    }
  }

  /**
   * The classes of the network.
   *
   * @param kind how a class is given to the network
   * @param count number of classes, where they have a table
   * @param hasNull whether the network was also trained without a class, for classifier-free
   *     guidance; the last row of the table is this null class
   */
  public record Labels(Kind kind, int count, boolean hasNull) {
    /** No classes. */
    public static final Labels NONE = new Labels(Kind.NONE, 0, false);

    /** The form in which the network receives a class. */
    public enum Kind {
      NONE,
      /** A row of a table for each class. */
      TABLE,
      /** The class as a number, embedded like a timestep. */
      TIMESTEP,
      /** A vector as wide as the time embedding, in place of a class. */
      VECTOR
    }

    public Labels {
      Check.that(
          (kind == Kind.TABLE) == (count > 0) && count >= 0,
          "num_class_embeds",
          count,
          "≥ 1 with a table, 0 without");
      Check.that(
          !hasNull || kind == Kind.TABLE, "null_class_embed", hasNull, "false without a table");
    }

    /** Classes that have a table. */
    public static Labels table(int count, boolean hasNull) {
      return new Labels(Kind.TABLE, count, hasNull);
    }

    /** Returns the number of rows of the table. */
    public int rows() {
      return hasNull ? count + 1 : count;
    }
  }

  public UnetConfig {
    levels = List.copyOf(levels);
    Check.that(!levels.isEmpty(), "block_out_channels", levels, "one for each level");
    Check.that(groups >= 1, layout.name(Name.GROUPS), groups, "≥ 1");
    Check.that(contextDim >= 0, layout.name(Name.CONTEXT), contextDim, "≥ 0");
    int deepest = levels.get(levels.size() - 1).channels();
    for (Level level : levels) {
      int c = level.channels();
      Check.that(c > 0 && c % groups == 0, "block_out_channels", c, "a multiple of " + groups);
      boolean last = middle.present() && middle.attention() && c == deepest;
      if (level.attentionDown() || last) {
        requireHeads(layout, heads.down > 0 ? Name.HEADS : Name.HEAD_WIDTH, heads.down, heads, c);
      }
      if (level.attentionUp()) {
        requireHeads(layout, heads.up > 0 ? Name.HEADS_UP : Name.HEAD_WIDTH, heads.up, heads, c);
      }
    }
    Check.that(
        middle.normGroups() == 0 || deepest % middle.normGroups() == 0,
        "attn_norm_num_groups",
        middle.normGroups(),
        "a divisor of %s",
        deepest);
    int factor = 1 << (levels.size() - 1);
    Check.that(
        height > 0 && width > 0 && height % factor == 0 && width % factor == 0,
        layout.name(Name.SIZE),
        height == width ? height : height + "×" + width,
        "a multiple of " + factor);
    Check.that(layers >= 1, layout.name(Name.LAYERS), layers, "≥ 1");
    Check.that(inChannels >= 1, "in_channels", inChannels, "≥ 1");
    Check.that(outChannels >= 1, "out_channels", outChannels, "≥ 1");
    Check.that(downPadding == 0 || downPadding == 1, "downsample_padding", downPadding, "0 or 1");
    Check.that(
        timeConditioning == TimeConditioning.ADD || activation == Function.SILU,
        "act_fn",
        activation,
        "silu with resnet_time_scale_shift scale_shift");
  }

  private static void requireHeads(
      UnetLayout layout, Name name, int number, Heads heads, int channels) {
    int divisor = heads.width > 0 ? heads.width : number;
    Check.that(channels % divisor == 0, layout.name(name), divisor, "a divisor of " + channels);
  }

  /**
   * Creates a network of unCLIP's blocks, in the words of diffusers: the resolution changes in
   * residual blocks.
   *
   * @param sampleSize height and width of the training images
   * @param attention the levels with attention
   * @param midAttention whether the middle has attention; it has no norm if scales and shifts are
   *     used without context, as in diffusers' upsamplers
   * @param headDim channels per attention head
   */
  public UnetConfig(
      int sampleSize,
      int inChannels,
      int outChannels,
      List<Integer> blockChannels,
      List<Boolean> attention,
      boolean midAttention,
      int layers,
      int headDim,
      int contextDim,
      int groups,
      double eps,
      TimeConditioning timeConditioning) {
    this(
        UnetLayout.DIFFUSERS,
        sampleSize,
        sampleSize,
        inChannels,
        ConcatConditioning.of(inChannels, outChannels),
        outChannels,
        false,
        Time.sinusoid(first(blockChannels)),
        levels(blockChannels, attention, LevelChange.RESIDUAL_BLOCK),
        new Middle(
            true,
            midAttention,
            contextDim == 0 && timeConditioning == TimeConditioning.SCALE_SHIFT ? 0 : groups,
            1),
        layers,
        width(headDim),
        contextDim,
        Labels.NONE,
        groups,
        eps,
        timeConditioning,
        Function.SILU,
        1);
    Check.that(time.channels() % 2 == 0, "block_out_channels", blockChannels, "even");
  }

  private static int first(List<Integer> channels) {
    Check.that(!channels.isEmpty(), "block_out_channels", channels, "one for each level");
    return channels.get(0);
  }

  private static Heads width(int headDim) {
    Check.that(headDim >= 1, "attention_head_dim", headDim, "≥ 1");
    return Heads.ofWidth(headDim);
  }

  /** Returns levels of which some have attention. */
  public static List<Level> levels(
      List<Integer> channels, List<Boolean> attention, LevelChange change) {
    Check.that(
        channels.size() == attention.size(),
        "attention",
        attention,
        "one for each of %s",
        channels);
    List<Level> levels = new ArrayList<>();
    for (int i = 0; i < channels.size(); i++) {
      levels.add(new Level(channels.get(i), attention.get(i), change));
    }
    return levels;
  }

  /**
   * Creates a network in the words of the constructors of guided-diffusion's and GLIDE's {@code
   * UNetModel}.
   *
   * @param sampleSize height and width of the images: {@code image_size}
   * @param imageChannels channels of the images: {@code in_channels}
   * @param modelChannels width of the sinusoid of the time
   * @param channelMult channels of each level in units of the model's, from the highest resolution
   *     down; products are truncated to integers
   * @param attentionFactors the downsampling factors of the levels with attention: {@code
   *     attention_resolutions}
   * @param layers residual blocks per level on the way down: {@code num_res_blocks}
   * @param classes number of classes: {@code num_classes}; 0 for an unconditional model
   * @param contextDim width of the context tokens: {@code encoder_channels}; 0 without
   * @param groups groups of the group normalisations; 32 in all published networks
   */
  public static UnetConfig openAi(
      UnetLayout layout,
      int sampleSize,
      int imageChannels,
      ConcatConditioning beside,
      int outChannels,
      int modelChannels,
      List<Double> channelMult,
      List<Integer> attentionFactors,
      int layers,
      LevelChange levelChange,
      TimeConditioning timeConditioning,
      Heads heads,
      int classes,
      int contextDim,
      int groups) {
    Check.that(imageChannels >= 1, "in_channels", imageChannels, "≥ 1");
    Check.that(
        outChannels == imageChannels || outChannels == 2 * imageChannels,
        "out_channels",
        outChannels,
        imageChannels + ", or " + 2 * imageChannels + " with a learned variance");
    Check.that(
        modelChannels >= 2 && modelChannels % 2 == 0, "model_channels", modelChannels, "even");
    Check.that(groups >= 1, "groups", groups, "≥ 1");
    Check.that(
        !channelMult.isEmpty() && channelMult.size() < Integer.SIZE - 1,
        "channel_mult",
        channelMult,
        "one for each level");
    Check.that(classes >= 0, "num_classes", classes, "≥ 0");
    List<Level> levels = new ArrayList<>();
    for (double mult : channelMult) {
      int channels = (int) (mult * modelChannels);
      String expected = "a multiple of " + groups + " channels for each level";
      boolean whole = channels >= 1 && channels % groups == 0;
      Check.that(whole, "channel_mult", channelMult, expected);
      levels.add(new Level(channels, attentionFactors.contains(1 << levels.size()), levelChange));
    }
    return new UnetConfig(
        layout,
        sampleSize,
        sampleSize,
        beside.channels(imageChannels),
        beside,
        outChannels,
        false,
        Time.sinusoid(modelChannels),
        levels,
        new Middle(true, true, groups, 1),
        layers,
        heads,
        contextDim,
        classes == 0 ? Labels.NONE : Labels.table(classes, false),
        groups,
        OPENAI_EPS,
        timeConditioning,
        Function.SILU,
        1);
  }

  /** Returns the same shape for an input with these channels. */
  public UnetConfig withInChannels(int other) {
    return with(height, width, other, levels, labels);
  }

  /** Returns the same shape with these classes. */
  public UnetConfig withLabels(Labels other) {
    return with(height, width, inChannels, levels, other);
  }

  /** Returns the same shape for square images of another size. */
  public UnetConfig withSize(int size) {
    return with(size, size, inChannels, levels, labels);
  }

  /** Returns the same shape whose levels lead to their neighbours in another way. */
  public UnetConfig withChange(LevelChange change) {
    return with(
        height,
        width,
        inChannels,
        levels.stream()
            .map(l -> new Level(l.channels, l.attentionDown, l.attentionUp, change, change))
            .toList(),
        labels);
  }

  private UnetConfig with(int tall, int wide, int in, List<Level> others, Labels classes) {
    return new UnetConfig(
        layout,
        tall,
        wide,
        in,
        in == inChannels ? beside : ConcatConditioning.of(in, outChannels),
        outChannels,
        centerInput,
        time,
        others,
        middle,
        layers,
        heads,
        contextDim,
        classes,
        groups,
        eps,
        timeConditioning,
        activation,
        downPadding);
  }

  /** Returns the larger of {@link #height} and {@link #width}. */
  @Override
  public int sampleSize() {
    return Math.max(height, width);
  }

  /** Returns the channels of x_t. */
  public int imageChannels() {
    return beside.image(inChannels);
  }

  @Override
  public int timeChannels() {
    return time.channels();
  }

  @Override
  public int timeEmbedDim() {
    return time.embedding();
  }

  @Override
  public Sinusoid sinusoid() {
    return new Sinusoid(timeChannels(), time.freqShift(), time.sinesFirst(), 1, 0);
  }

  /** Returns the channels of each level, from the highest resolution down. */
  public List<Integer> blockChannels() {
    return levels.stream().map(Level::channels).toList();
  }

  @Override
  public Tensor forward(
      Nn nn, Tensor x, Tensor sinusoid, List<Tensor> timeAdd, List<Context> context) {
    return new Unet(this).forward(nn, x, sinusoid, timeAdd, context);
  }
}
