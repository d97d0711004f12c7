package io.diffusion4j.decoder.unet;

import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Sinusoid;
import java.util.List;

/**
 * The shape of diffusers' {@code UNet2DModel}, of pipelines without text ({@code DDPMPipeline}).
 *
 * @param height the height of the images, in pixels
 * @param width the width of the images, in pixels
 * @param inChannels channels of the input
 * @param outChannels channels of the output; twice the input's if the variance is learned
 * @param centerInput whether the input is first mapped to 2x − 1
 * @param time how the network is given the timestep
 * @param timeEmbedDim width of the time embedding
 * @param blockChannels channels of each level, from the highest resolution down
 * @param attention the levels with attention: for each level, whether its residual blocks on the
 *     way down have attention
 * @param attentionUp the same for the way up, also from the highest resolution down
 * @param middle the blocks between the way down and the way up
 * @param layers residual blocks per level on the way down; one more on the way up
 * @param headDim channels per attention head; 0 for a single head
 * @param groups the number of groups of the group normalisations
 * @param eps the ε of the group normalisations
 * @param timeConditioning how the time enters a residual block
 * @param activation the activation of residual blocks
 * @param downPadding zeros above and to the left of the input of a halving convolution: 1 or 0
 * @param attentionDown how levels with attention lead to the level below
 * @param attentionUpward how levels with attention lead to the level above
 * @param labels the classes of the network
 */
public record PixelUnetConfig(
    int height,
    int width,
    int inChannels,
    int outChannels,
    boolean centerInput,
    Time time,
    int timeEmbedDim,
    List<Integer> blockChannels,
    List<Boolean> attention,
    List<Boolean> attentionUp,
    Middle middle,
    int layers,
    int headDim,
    int groups,
    double eps,
    TimeConditioning timeConditioning,
    Function activation,
    int downPadding,
    LevelChange attentionDown,
    LevelChange attentionUpward,
    Labels labels)
    implements UnetShape {

  /**
   * The form in which the network receives the timestep.
   *
   * @param learned how many timesteps have a learned row; 0 for the sinusoid
   * @param sinesFirst whether the sinusoid begins with the sines
   * @param freqShift s in the frequencies 10000^(−i/(h − s))
   */
  public record Time(int learned, boolean sinesFirst, double freqShift) {
    public Time {
      Check.that(learned >= 0, "num_train_timesteps", learned, "≥ 0");
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

  public PixelUnetConfig {
    blockChannels = List.copyOf(blockChannels);
    attention = List.copyOf(attention);
    attentionUp = List.copyOf(attentionUp);
    int levels = blockChannels.size();
    Check.that(
        levels > 0 && attention.size() == levels && attentionUp.size() == levels,
        "down_block_types",
        attention.size() + " and " + attentionUp.size() + " blocks",
        "one for each of %s",
        blockChannels);
    Check.that(groups >= 1, "norm_num_groups", groups, "≥ 1");
    Check.that(headDim >= 0, "attention_head_dim", headDim, "≥ 1, or null");
    for (int i = 0; i < levels; i++) {
      int c = blockChannels.get(i);
      Check.that(c > 0 && c % groups == 0, "block_out_channels", c, "a multiple of " + groups);
      boolean attends =
          attention.get(i)
              || attentionUp.get(i)
              || (middle.present() && middle.attention() && i == levels - 1);
      Check.that(
          !attends || headDim == 0 || c % headDim == 0,
          "block_out_channels",
          c,
          "a multiple of " + headDim);
    }
    Check.that(
        middle.normGroups() == 0 || blockChannels.get(levels - 1) % middle.normGroups() == 0,
        "attn_norm_num_groups",
        middle.normGroups(),
        "a divisor of %s",
        blockChannels.get(levels - 1));
    int factor = 1 << (levels - 1);
    Check.that(
        height > 0 && width > 0 && height % factor == 0 && width % factor == 0,
        "sample_size",
        height + "×" + width,
        "multiples of " + factor);
    Check.that(layers >= 1, "layers_per_block", layers, "≥ 1");
    Check.that(inChannels >= 1, "in_channels", inChannels, "≥ 1");
    Check.that(
        outChannels == inChannels || outChannels == 2 * inChannels,
        "out_channels",
        outChannels,
        inChannels + ", or " + 2 * inChannels + " with a learned variance");
    Check.that(timeEmbedDim >= 1, "time_embedding_dim", timeEmbedDim, "≥ 1");
    Check.that(downPadding == 0 || downPadding == 1, "downsample_padding", downPadding, "0 or 1");
    Check.that(
        timeConditioning == TimeConditioning.ADD || activation == Function.SILU,
        "act_fn",
        activation,
        "silu with resnet_time_scale_shift scale_shift");
  }

  /** Returns the same shape with these classes. */
  public PixelUnetConfig withLabels(Labels other) {
    return new PixelUnetConfig(
        height,
        width,
        inChannels,
        outChannels,
        centerInput,
        time,
        timeEmbedDim,
        blockChannels,
        attention,
        attentionUp,
        middle,
        layers,
        headDim,
        groups,
        eps,
        timeConditioning,
        activation,
        downPadding,
        attentionDown,
        attentionUpward,
        other);
  }

  @Override
  public Sinusoid sinusoid() {
    return new Sinusoid(timeChannels(), time.freqShift(), time.sinesFirst(), 1, 0);
  }

  @Override
  public int sampleSize() {
    return Math.max(height, width);
  }

  @Override
  public int timeChannels() {
    return blockChannels.get(0);
  }

  @Override
  public boolean hasMiddle() {
    return middle.present();
  }

  @Override
  public boolean midAttention() {
    return middle.attention();
  }

  @Override
  public int midNormGroups() {
    return middle.normGroups();
  }

  @Override
  public double midScale() {
    return middle.scale();
  }

  @Override
  public int headsDown(int channels) {
    return headDim == 0 ? 1 : channels / headDim;
  }

  @Override
  public int headsUp(int channels) {
    return headsDown(channels);
  }

  @Override
  public int contextDim() {
    return 0;
  }

  @Override
  public LevelChange downChange(int level) {
    return attention.get(level) ? attentionDown : LevelChange.CONVOLUTION;
  }

  @Override
  public LevelChange upChange(int level) {
    return attentionUp.get(level) ? attentionUpward : LevelChange.CONVOLUTION;
  }

  @Override
  public UnetKeys keys() {
    return new DiffusersKeys(levels());
  }
}
