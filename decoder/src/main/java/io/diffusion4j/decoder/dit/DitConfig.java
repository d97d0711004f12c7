package io.diffusion4j.decoder.dit;

import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * The shape of a diffusion transformer, in the words of diffusers' {@code DiTTransformer2DModel}.
 *
 * @param sampleSize height and width of the training images; for larger images the positions are
 *     scaled
 * @param patch height and width of a patch
 * @param inChannels channels of the input
 * @param outChannels channels of the output; twice the image's if the variance is learned
 * @param layers blocks
 * @param heads the number of attention heads
 * @param headDim channels per head
 * @param contextDim width of the context tokens of the attention; 0 without context
 * @param numerics how the time is embedded, and the epsilon of the normalisations
 */
public record DitConfig(
    int sampleSize,
    int patch,
    int inChannels,
    int outChannels,
    int layers,
    int heads,
    int headDim,
    int contextDim,
    Numerics numerics)
    implements Backbone {
  /** Width of the sinusoid of the time, whatever the width of the network. */
  public static final int TIME_CHANNELS = 256;

  /**
   * The constants that differ between diffusers' class and the original for the same weights. The
   * published weights were trained with the original's values, which diffusers does not use.
   *
   * @param freqShift s in the frequencies 10000^(−i/(128 − s)) of the time
   * @param eps the ε of the second normalisation of a block
   */
  public record Numerics(double freqShift, double eps) {
    /** The numbers of {@code DiTTransformer2DModel}. */
    public static final Numerics DIFFUSERS = new Numerics(1, 1e-5);

    /** The numbers of facebookresearch/DiT. */
    public static final Numerics ORIGINAL = new Numerics(0, 1e-6);

    public Numerics {
      Check.that(freqShift >= 0 && freqShift < 128, "freq_shift", freqShift, "in [0, 128)");
      Check.that(eps > 0, "norm_eps", eps, "> 0");
    }
  }

  public DitConfig {
    Check.that(patch >= 1, "patch_size", patch, "≥ 1");
    Check.that(
        sampleSize > 0 && sampleSize % patch == 0,
        "sample_size",
        sampleSize,
        "a multiple of patch_size %s",
        patch);
    Check.that(inChannels >= 1, "in_channels", inChannels, "≥ 1");
    Check.that(outChannels >= 1, "out_channels", outChannels, "≥ 1");
    Check.that(layers >= 1, "num_layers", layers, "≥ 1");
    Check.that(heads >= 1, "num_attention_heads", heads, "≥ 1");
    Check.that(
        headDim >= 1 && heads * headDim % 4 == 0,
        "attention_head_dim",
        headDim,
        "≥ 1, and a multiple of 4 times num_attention_heads");
    Check.that(contextDim >= 0, "cross_attention_dim", contextDim, "≥ 0");
  }

  /**
   * Returns a network for colour images without context, with diffusers' numerics.
   *
   * @param width channels of a token, a multiple of 4
   */
  public static DitConfig of(int sampleSize, int patch, int layers, int width, int heads) {
    Check.that(heads >= 1 && width % heads == 0, "width", width, "a multiple of heads %s", heads);
    return new DitConfig(
        sampleSize, patch, 3, 3, layers, heads, width / heads, 0, Numerics.DIFFUSERS);
  }

  /** Returns the same shape with other output channels. */
  public DitConfig withOutChannels(int channels) {
    return new DitConfig(
        sampleSize, patch, inChannels, channels, layers, heads, headDim, contextDim, numerics);
  }

  /** Returns the same shape with context tokens. */
  public DitConfig withContext(int dim) {
    return new DitConfig(
        sampleSize, patch, inChannels, outChannels, layers, heads, headDim, dim, numerics);
  }

  /** Returns the channels of a token. */
  public int width() {
    return heads * headDim;
  }

  @Override
  public int tokens() {
    return (sampleSize / patch) * (sampleSize / patch);
  }

  @Override
  public int timeChannels() {
    return TIME_CHANNELS;
  }

  @Override
  public int timeEmbedDim() {
    return width();
  }

  @Override
  public Sinusoid sinusoid() {
    return new Sinusoid(TIME_CHANNELS, numerics.freqShift(), false, 1, 0);
  }

  @Override
  public Tensor forward(
      Nn nn, Tensor x, Tensor sinusoid, List<Tensor> timeAdd, List<Context> context) {
    return new Dit(this).forward(nn, x, sinusoid, timeAdd, context);
  }
}
