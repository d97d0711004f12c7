package io.diffusion4j.decoder.unet;

import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * All settings that a U-Net is built from; its convolutions also run at other sizes. Each family of
 * checkpoints implements this by its own configuration: {@link UnetConfig} is diffusers', {@link
 * AdmConfig} OpenAI's.
 */
public sealed interface UnetShape extends Backbone permits UnetConfig, AdmConfig, PixelUnetConfig {
  @Override
  default int timeEmbedDim() {
    return 4 * timeChannels();
  }

  @Override
  default Tensor forward(
      Nn nn, Tensor x, Tensor sinusoid, List<Tensor> timeAdd, List<Context> context) {
    return new Unet(this).forward(nn, x, sinusoid, timeAdd, context);
  }

  /** Returns the channels of each level, from the highest resolution down. */
  List<Integer> blockChannels();

  default int levels() {
    return blockChannels().size();
  }

  /** For each level, whether its residual blocks on the way down are followed by attention. */
  List<Boolean> attention();

  /** Whether the residual blocks on the way up are followed by attention, for each level. */
  default List<Boolean> attentionUp() {
    return attention();
  }

  /** Whether there are blocks between the way down and the way up. */
  default boolean hasMiddle() {
    return true;
  }

  /** Whether the middle has attention. */
  boolean midAttention();

  /** Groups of the normalisation of the middle's attention; 0 without it. */
  default int midNormGroups() {
    return groups();
  }

  /** Returns the divisor of each residual sum in the middle. */
  default double midScale() {
    return 1;
  }

  /** Returns the activation of residual blocks. */
  default Function activation() {
    return Function.SILU;
  }

  /**
   * Zeros above and to the left of the input of a {@link LevelChange#CONVOLUTION} that halves: 1 or
   * 0.
   */
  default int downPadding() {
    return 1;
  }

  /**
   * Returns the number of residual blocks per level on the way down; there is one more on the way
   * up.
   */
  int layers();

  /** Returns the heads of attention on the way down and in the middle. */
  int headsDown(int channels);

  /** Returns the heads of attention on the way up. */
  int headsUp(int channels);

  /** Groups of the group normalisations. */
  int groups();

  /** Returns the epsilon that group normalisations add to the variance. */
  double eps();

  /** Returns the use of the time embedding in a residual block. */
  TimeConditioning timeConditioning();

  /** Returns the way from this level to the one below. */
  LevelChange downChange(int level);

  /** Returns the way from this level to the one above. */
  LevelChange upChange(int level);

  /** Returns the names and the packing of the parameters in the checkpoint. */
  UnetKeys keys();

  /** The way from one level to the next. */
  enum LevelChange {
    /** Through a residual block that halves or doubles the resolution on both branches. */
    RESIDUAL_BLOCK,
    /** Through a convolution of stride 2; back by nearest neighbours and a convolution. */
    CONVOLUTION,
    /** Through the mean of 2×2 pixels; back by nearest neighbours. */
    RESAMPLING
  }
}
