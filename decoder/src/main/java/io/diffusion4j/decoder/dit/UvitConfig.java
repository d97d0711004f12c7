package io.diffusion4j.decoder.dit;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * The shape of a U-ViT. Names in errors are the arguments of the original's constructor.
 *
 * @param size height and width of the images
 * @param patch height and width of a patch
 * @param channels the channels of the images
 * @param depth number of blocks; an even number is rounded up, for the middle block
 * @param width channels of a token
 * @param heads the number of attention heads
 * @param mlpRatio the width of a block's hidden layer in units of the token's width
 * @param qkvBias whether queries, keys and values have a bias
 * @param timeMlp whether the sinusoid of the time goes through two dense layers
 * @param lastConvolution whether a convolution smooths the image after the patches are joined
 * @param time the time that the network receives at a timestep
 */
public record UvitConfig(
    int size,
    int patch,
    int channels,
    int depth,
    int width,
    int heads,
    double mlpRatio,
    boolean qkvBias,
    boolean timeMlp,
    boolean lastConvolution,
    TimeInput time) {

  /**
   * The time that the network receives at a timestep t of the schedule, counted from 0: scale · (t
   * + offset).
   *
   * @param scale more than 0
   * @param offset the offset, at least 0
   */
  public record TimeInput(double scale, double offset) {
    /** The timestep itself. */
    public static final TimeInput AS_IS = new TimeInput(1, 0);

    /**
     * The time 999·s of a VP-SDE in a thousand steps, where s = (t + 1)/1000 is its continuous
     * time.
     */
    public static final TimeInput VP_SDE = new TimeInput(0.999, 1);

    public TimeInput {
      Check.positive("timestep_scale", scale);
      Check.that(offset >= 0, "timestep_offset", offset, "≥ 0");
    }
  }

  public UvitConfig {
    Check.that(patch >= 1, "patch_size", patch, "≥ 1");
    Check.that(
        size > 0 && size % patch == 0, "img_size", size, "a multiple of patch_size %s", patch);
    Check.that(channels >= 1, "in_chans", channels, "≥ 1");
    Check.that(depth >= 1, "depth", depth, "≥ 1");
    Check.that(heads >= 1, "num_heads", heads, "≥ 1");
    Check.that(
        width >= 2 && width % heads == 0, "embed_dim", width, "a multiple of num_heads %s", heads);
    Check.that(mlpRatio * width >= 1, "mlp_ratio", mlpRatio, "at least 1 / embed_dim");
  }

  /** Returns the shape of a network like the published ones, for a VP-SDE. */
  public static UvitConfig of(int size, int patch, int channels, int depth, int width, int heads) {
    return new UvitConfig(
        size, patch, channels, depth, width, heads, 4, false, false, true, TimeInput.VP_SDE);
  }

  /** Returns the width of the hidden layer of a block. */
  int mlpWidth() {
    return (int) (width * mlpRatio);
  }

  /** Returns the form in which it receives a timestep, with {@code width} channels. */
  public Sinusoid sinusoid() {
    return new Sinusoid(width, 0, false, time.scale(), time.offset());
  }

  /**
   * Adds the whole network.
   *
   * @param x {@code [B, size, size, channels]}
   * @param sinusoid the sinusoid of the time, {@code [B, width]}
   * @param label embedding of the class, {@code [B, width]}; none or one
   * @return {@code [B, size, size, channels]}, numbers
   */
  public Tensor forward(Nn nn, Tensor x, Tensor sinusoid, List<Tensor> label) {
    return new Uvit(this).forward(nn, x, sinusoid, label);
  }
}
