package io.diffusion4j.decoder.classifier;

import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.diffusion.argument.Check;

/**
 * The shape of a classifier of noised images, in the words of guided-diffusion's {@code
 * EncoderUNetModel}.
 *
 * @param unet the U-Net whose way down and middle are used; without classes and context
 * @param classes number of classes: {@code out_channels}
 * @param pool how the features are reduced to one vector
 */
public record ClassifierConfig(UnetConfig unet, int classes, Pool pool) {
  public ClassifierConfig {
    Check.that(classes >= 2, "out_channels", classes, "≥ 2 classes");
    Check.that(
        unet.beside() == ConcatConditioning.NOTHING
            && unet.labels().equals(Labels.NONE)
            && unet.contextDim() == 0,
        "unet",
        unet,
        "one that sees x_t alone");
    Check.that(
        pool != Pool.ATTENTION || unet.heads().width() > 0,
        "num_head_channels",
        -1,
        "a width of heads, for pool attention");
    Check.that(
        pool != Pool.SPATIAL_V2 || Pool.HIDDEN % unet.groups() == 0,
        "groups",
        unet.groups(),
        "a divisor of " + Pool.HIDDEN + ", for pool spatial_v2");
  }
}
