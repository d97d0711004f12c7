package io.diffusion4j.decoder.unet;

import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.diffusion.argument.Check;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The shape of a U-Net, in the words of the constructors of guided-diffusion's and GLIDE's {@code
 * UNetModel}.
 *
 * @param sampleSize height and width of the images: {@code image_size}
 * @param imageChannels channels of the images: {@code in_channels}
 * @param beside the network's inputs beside x_t
 * @param outChannels channels of the output; twice the image's if the variance is learned
 * @param modelChannels width of the sinusoid of the time
 * @param channelMult channels of each level in units of the model's, from the highest resolution
 *     down; products are truncated to integers
 * @param attentionFactors the downsampling factors of the levels with attention: {@code
 *     attention_resolutions}
 * @param layers residual blocks per level on the way down: {@code num_res_blocks}
 * @param levelChange how one level leads to the next
 * @param timeConditioning how the time enters a residual block
 * @param heads the number of attention heads
 * @param qkvOrder how their projections are packed
 * @param classes number of classes: {@code num_classes}; 0 for an unconditional model
 * @param contextDim width of the context tokens: {@code encoder_channels}; 0 without
 * @param groups groups of the group normalisations; 32 in all published networks
 */
public record AdmConfig(
    int sampleSize,
    int imageChannels,
    Beside beside,
    int outChannels,
    int modelChannels,
    List<Double> channelMult,
    List<Integer> attentionFactors,
    int layers,
    LevelChange levelChange,
    TimeConditioning timeConditioning,
    Heads heads,
    QkvOrder qkvOrder,
    int classes,
    int contextDim,
    int groups)
    implements UnetShape {
  private static final double EPS = 1e-5;

  public AdmConfig {
    channelMult = List.copyOf(channelMult);
    attentionFactors = List.copyOf(attentionFactors);
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
    for (int level = 0; level < channelMult.size(); level++) {
      int channels = (int) (channelMult.get(level) * modelChannels);
      String expected = "a multiple of " + groups + " channels for each level";
      boolean whole = channels >= 1 && channels % groups == 0;
      Check.that(whole, "channel_mult", channelMult, expected);
      boolean attends = attentionFactors.contains(1 << level);
      if (attends || level == channelMult.size() - 1) {
        heads.requireDownDivides(channels);
      }
      if (attends) {
        heads.requireUpDivides(channels);
      }
    }
    int factor = 1 << (channelMult.size() - 1);
    String multiple = "a multiple of " + factor;
    Check.that(sampleSize >= 1 && sampleSize % factor == 0, "image_size", sampleSize, multiple);
    Check.that(layers >= 1, "num_res_blocks", layers, "≥ 1");
    Check.that(classes >= 0, "num_classes", classes, "≥ 0");
    Check.that(contextDim >= 0, "encoder_channels", contextDim, "≥ 0");
  }

  @Override
  public int inChannels() {
    return beside.channels(imageChannels);
  }

  @Override
  public int timeChannels() {
    return modelChannels;
  }

  @Override
  public List<Integer> blockChannels() {
    return channelMult.stream().map(mult -> (int) (mult * modelChannels)).toList();
  }

  @Override
  public List<Boolean> attention() {
    return IntStream.range(0, channelMult.size())
        .mapToObj(level -> attentionFactors.contains(1 << level))
        .toList();
  }

  @Override
  public boolean midAttention() {
    return true;
  }

  @Override
  public LevelChange downChange(int level) {
    return levelChange;
  }

  @Override
  public LevelChange upChange(int level) {
    return levelChange;
  }

  @Override
  public int headsDown(int channels) {
    return heads.down(channels);
  }

  @Override
  public int headsUp(int channels) {
    return heads.up(channels);
  }

  @Override
  public double eps() {
    return EPS;
  }

  @Override
  public UnetKeys keys() {
    return new OpenAiKeys(layers, attention(), qkvOrder);
  }
}
