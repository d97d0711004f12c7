package io.diffusion4j.kandinsky;

import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.kandinsky.KandinskyUnet.ConcatConditioning;
import io.diffusion4j.prior.PriorConfig;
import java.util.List;

/**
 * The shapes of all networks of a decoder and its prior.
 *
 * @param text CLIP's text tower
 * @param vision CLIP's image tower
 * @param prior the network that draws image embeddings
 * @param unet the network that denoises latents
 * @param movq the autoencoder between pictures and latents
 */
public record KandinskyConfig(
    ClipTextNetwork text,
    ClipVisionNetwork vision,
    PriorConfig prior,
    KandinskyUnet unet,
    Movq movq) {
  /** Returns Kandinsky 2.2 as it was published, for text to image: 4.9 billion parameters. */
  public static KandinskyConfig kandinsky22() {
    return new KandinskyConfig(
        new ClipTextNetwork(
            new Transformer(1280, 5120, 32, 20, Activation.GELU, 1e-5), 49408, 77, 1280),
        new ClipVisionNetwork(
            new Transformer(1664, 8192, 48, 16, Activation.GELU, 1e-5), 224, 14, 1280),
        new PriorConfig(32, 64, 20, 1280, 77),
        KandinskyUnet.published(ConcatConditioning.NOTHING),
        Movq.published());
  }

  /** Returns the same structure, small enough to try in seconds. */
  public static KandinskyConfig small() {
    return new KandinskyConfig(
        new ClipTextNetwork(new Transformer(64, 256, 2, 2, Activation.GELU, 1e-5), 1024, 77, 64),
        new ClipVisionNetwork(new Transformer(64, 256, 2, 2, Activation.GELU, 1e-5), 56, 14, 64),
        new PriorConfig(2, 32, 2, 64, 77),
        new KandinskyUnet(
            new UnetConfig(
                16,
                4,
                8,
                List.of(32, 64, 64),
                List.of(false, true, true),
                true,
                1,
                32,
                64,
                32,
                1e-5,
                UnetConfig.TimeConditioning.SCALE_SHIFT),
            64,
            ConcatConditioning.NOTHING),
        new Movq(4, 4, 64, List.of(32, 64), List.of(false, true), List.of(false, true), 1, 32));
  }
}
