package io.diffusion4j.decoder.unet;

import io.diffusion4j.diffusion.argument.Check;
import java.util.List;

/**
 * The shape of a U-Net, in the words of diffusers' {@code config.json}.
 *
 * @param sampleSize height and width of the training images; convolutions also run at other sizes
 * @param inChannels channels of the input
 * @param outChannels channels of the output; twice the image's if the variance is learned
 * @param blockChannels channels of each level, from the highest resolution down
 * @param attention the levels with attention: for each level, whether its residual blocks are
 *     followed by attention
 * @param midAttention whether the middle has attention
 * @param layers residual blocks per level on the way down; one more on the way up
 * @param headDim channels per attention head
 * @param contextDim width of the context tokens of the attention; 0 without context
 * @param groups the number of groups of the group normalisations
 * @param eps the ε of the group normalisations
 * @param timeConditioning how the time enters a residual block
 */
public record UnetConfig(
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
    TimeConditioning timeConditioning)
    implements UnetShape {

  /** The use of the time embedding in a residual block. */
  public enum TimeConditioning {
    /**
     * The embedding is added to the activations before the second normalisation: {@code default}.
     */
    ADD,
    /** Scales and shifts the second normalisation: {@code scale_shift}. */
    SCALE_SHIFT
  }

  public UnetConfig {
    blockChannels = List.copyOf(blockChannels);
    attention = List.copyOf(attention);
    Check.that(
        !blockChannels.isEmpty() && blockChannels.size() == attention.size(),
        "attention",
        attention,
        "one for each of %s",
        blockChannels);
    Check.that(groups >= 1, "norm_num_groups", groups, "≥ 1");
    Check.that(headDim >= 1, "attention_head_dim", headDim, "≥ 1");
    Check.that(contextDim >= 0, "cross_attention_dim", contextDim, "≥ 0");
    for (int i = 0; i < blockChannels.size(); i++) {
      int c = blockChannels.get(i);
      Check.that(c > 0 && c % groups == 0, "block_out_channels", c, "a multiple of " + groups);
      boolean attends = attention.get(i) || (midAttention && i == blockChannels.size() - 1);
      Check.that(!attends || c % headDim == 0, "block_out_channels", c, "a multiple of " + headDim);
    }
    Check.that(blockChannels.get(0) % 2 == 0, "block_out_channels", blockChannels, "even");
    int factor = 1 << (blockChannels.size() - 1);
    Check.that(
        sampleSize > 0 && sampleSize % factor == 0,
        "sample_size",
        sampleSize,
        "a multiple of " + factor);
    Check.that(layers >= 1, "layers_per_block", layers, "≥ 1");
    Check.that(inChannels >= 1, "in_channels", inChannels, "≥ 1");
    Check.that(outChannels >= 1, "out_channels", outChannels, "≥ 1");
  }

  /** Returns the same shape for an input with these channels. */
  public UnetConfig withInChannels(int other) {
    return new UnetConfig(
        sampleSize,
        other,
        outChannels,
        blockChannels,
        attention,
        midAttention,
        layers,
        headDim,
        contextDim,
        groups,
        eps,
        timeConditioning);
  }

  @Override
  public int timeChannels() {
    return blockChannels.get(0);
  }

  @Override
  public int headsDown(int channels) {
    return channels / headDim;
  }

  /** As in diffusers, whose upsamplers have no such norm with scales and shifts. */
  @Override
  public int midNormGroups() {
    return contextDim == 0 && timeConditioning == TimeConditioning.SCALE_SHIFT ? 0 : groups;
  }

  @Override
  public int headsUp(int channels) {
    return channels / headDim;
  }

  @Override
  public LevelChange downChange(int level) {
    return LevelChange.RESIDUAL_BLOCK;
  }

  @Override
  public LevelChange upChange(int level) {
    return LevelChange.RESIDUAL_BLOCK;
  }

  @Override
  public UnetKeys keys() {
    return new DiffusersKeys(levels());
  }
}
