package io.diffusion4j.unclip;

import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.decoder.TextProjection;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.prior.PriorConfig;
import java.util.List;

/**
 * The shapes of the networks of a pipeline.
 *
 * @param text CLIP's text tower
 * @param vision CLIP's image tower
 * @param prior the prior
 * @param projection makes the decoder's conditioning
 * @param decoder the decoder
 * @param upsampler both upsamplers
 */
public record UnclipConfig(
    ClipTextNetwork text,
    ClipVisionNetwork vision,
    PriorConfig prior,
    TextProjection projection,
    UnetConfig decoder,
    UnetConfig upsampler) {
  private static final double EPS = 1e-5;

  /** Positions of a text. */
  private static final int LENGTH = 77;

  /**
   * Returns Karlo v1-alpha (Kakao Brain 2022): CLIP ViT-L/14, a prior of 1.02 billion parameters, a
   * decoder of 885 million for 64×64 pixels, two upsamplers of 692 million to 256×256.
   */
  public static UnclipConfig karlo() {
    int e = 768;
    int context = 1536;
    List<Integer> channels = List.of(320, 640, 960, 1280);
    var decoder = decoder(channels, 3, 64, context, 32);
    return new UnclipConfig(
        new ClipTextNetwork(tower(e, 12, 12), 49_408, LENGTH, e),
        new ClipVisionNetwork(tower(1024, 24, 16), 224, 14, e),
        new PriorConfig(32, 64, 20, e, LENGTH),
        new TextProjection(4, e, decoder.timeEmbedDim(), context),
        decoder,
        upsampler(256, channels, 3, 32));
  }

  /**
   * Returns Karlo's structure with few channels: about twenty million parameters, for quick trials.
   */
  public static UnclipConfig small() {
    int e = 128;
    int context = 192;
    List<Integer> channels = List.of(32, 64, 96, 128);
    var decoder = decoder(channels, 2, 32, context, 16);
    return new UnclipConfig(
        new ClipTextNetwork(tower(e, 4, 2), 4096, LENGTH, e),
        new ClipVisionNetwork(tower(e, 4, 2), 64, 8, e),
        new PriorConfig(4, 64, 4, e, LENGTH),
        new TextProjection(4, e, decoder.timeEmbedDim(), context),
        decoder,
        upsampler(256, channels, 2, 16));
  }

  private static Transformer tower(int width, int layers, int heads) {
    return new Transformer(width, 4 * width, layers, heads, Activation.QUICK_GELU, EPS);
  }

  private static UnetConfig decoder(
      List<Integer> channels, int layers, int headDim, int context, int groups) {
    return new UnetConfig(
        64,
        3,
        6,
        channels,
        List.of(false, true, true, true),
        true,
        layers,
        headDim,
        context,
        groups,
        EPS,
        TimeConditioning.SCALE_SHIFT);
  }

  private static UnetConfig upsampler(int size, List<Integer> channels, int layers, int groups) {
    return new UnetConfig(
        size,
        6,
        3,
        channels,
        channels.stream().map(c -> false).toList(),
        false,
        layers,
        8,
        0,
        groups,
        EPS,
        TimeConditioning.ADD);
  }
}
