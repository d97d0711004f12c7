package io.diffusion4j.training.preset;

import io.diffusion4j.decoder.TextProjection;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.training.strict.Faults;
import java.util.List;

/**
 * The decoder, and the projection of embeddings for it.
 *
 * @param size height and width of its pictures
 * @param channels of each level, from the highest resolution down
 * @param attention whether the residual blocks of each level are followed by attention
 * @param layers residual blocks per level on the way down; one more on the way up
 * @param headWidth channels of an attention head
 * @param context width of the context tokens
 * @param tokens the number of context tokens made of an image embedding
 * @param groups of the group normalisations
 * @param training how it is trained
 */
public record DecoderPreset(
    int size,
    List<Integer> channels,
    List<Boolean> attention,
    int layers,
    int headWidth,
    int context,
    int tokens,
    int groups,
    Schedule training) {
  private static final int RGB = 3;
  private static final double EPS = 1e-5;

  public DecoderPreset {
    channels = List.copyOf(channels);
    attention = List.copyOf(attention);
    var faults = new Faults();
    UnetSizes.check(faults, size, channels, layers, groups);
    faults
        .require(
            attention.size() == channels.size(),
            "attention",
            attention,
            "one for each of the " + channels.size() + " channels")
        .require(headWidth >= 1, "head-width", headWidth, "≥ 1")
        .require(context >= 1, "context", context, "≥ 1")
        .require(tokens >= 1, "tokens", tokens, "≥ 1");
    for (int i = 0; i < Math.min(channels.size(), attention.size()) && headWidth >= 1; i++) {
      boolean attends = attention.get(i) || i == channels.size() - 1; // the middle always does
      faults.require(
          !attends || channels.get(i) % headWidth == 0,
          "channels[" + i + "]",
          channels.get(i),
          "a multiple of head-width " + headWidth);
    }
    faults.throwIfAny();
  }

  /** The U-Net, which learns the variance too. */
  UnetConfig config() {
    return new UnetConfig(
        size,
        RGB,
        2 * RGB,
        channels,
        attention,
        true,
        layers,
        headWidth,
        context,
        groups,
        EPS,
        TimeConditioning.SCALE_SHIFT);
  }

  /** The projection of a CLIP's embeddings. */
  TextProjection projection(ClipPreset clip) {
    return new TextProjection(tokens, clip.embedding(), config().timeEmbedDim(), context);
  }
}
