package io.diffusion4j.training.preset;

import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.training.strict.Faults;
import java.util.Collections;
import java.util.List;

/**
 * The two networks of the upsampler, which have the same shape and no attention.
 *
 * @param size height and width of its pictures, which are those of the model
 * @param channels of each level, from the highest resolution down
 * @param layers residual blocks per level on the way down; one more on the way up
 * @param groups of the group normalisations
 * @param crop height and width of what it is trained on, at most the size
 * @param training how the network for all steps but the last is trained
 * @param lastStep how the network for the last step is trained, starting from the other
 */
public record UpsamplerPreset(
    int size,
    List<Integer> channels,
    int layers,
    int groups,
    int crop,
    Schedule training,
    Schedule lastStep) {
  private static final int RGB = 3;
  private static final double EPS = 1e-5;

  /** Written into {@code config.json}, though there is no attention. */
  private static final int HEAD_WIDTH = 8;

  public UpsamplerPreset {
    channels = List.copyOf(channels);
    var faults = new Faults();
    UnetSizes.check(faults, size, channels, layers, groups);
    UnetSizes.requireHalvings(faults, "crop", crop, channels);
    faults.require(crop <= size, "crop", crop, "≤ size " + size).throwIfAny();
  }

  /** The U-Net, whose input is the noised picture and the enlarged small one. */
  UnetConfig config() {
    return new UnetConfig(
        size,
        2 * RGB,
        RGB,
        channels,
        Collections.nCopies(channels.size(), false),
        false,
        layers,
        HEAD_WIDTH,
        0,
        groups,
        EPS,
        TimeConditioning.ADD);
  }
}
