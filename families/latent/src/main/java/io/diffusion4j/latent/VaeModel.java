package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.diffusion.denoiser.NonFinitePredictionException;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.SizedNetworks;
import java.nio.file.Path;

/**
 * An autoencoder with its weights, for images of any size. Each half is loaded when it is used
 * first. Thread-safe; holds native memory until it is closed.
 */
final class VaeModel implements AutoCloseable {
  static final double MIN_LOG_VARIANCE = -30;
  static final double MAX_LOG_VARIANCE = 20;

  private final Vae vae;
  private final SizedNetworks decoders;
  private final SizedNetworks encoders;

  /** Reads the settings of a folder. */
  VaeModel(Path folder, Compute compute) {
    vae = Vae.read(folder);
    decoders =
        new SizedNetworks(
            size -> compiled(folder, "decoder", vae.decoder(size.height(), size.width()), compute));
    encoders =
        new SizedNetworks(
            size -> compiled(folder, "encoder", vae.encoder(size.height(), size.width()), compute));
  }

  private static CompiledNetwork compiled(
      Path folder, String half, NetworkDefinition network, Compute compute) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS)) {
      var weights = CurrentNames.of(checkpoint).only(name -> Vae.isOf(half, name));
      return new CompiledNetwork(network, weights, compute.unquantised());
    }
  }

  Vae vae() {
    return vae;
  }

  /**
   * Returns the image of a latent, with values clipped to ±1.
   *
   * @param latent {@code [H, W, Z]}, in the scale of the denoising network
   * @param size the size of the latent
   * @throws NonFinitePredictionException if the decoder answers NaN
   */
  Image decode(float[] latent, Pixels size) {
    float[] pixels = requireNumbers("decoder", decodeUncut(latent, size));
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(-1, Math.min(1, pixels[i]));
    }
    return new Image(vae.factor() * size.width(), vae.factor() * size.height(), pixels);
  }

  /** Returns the same image without clipping, in a new array. */
  float[] decodeUncut(float[] latent, Pixels size) {
    float[] z = latent.clone();
    for (int i = 0; i < z.length; i++) {
      z[i] = vae.decoderInput(z[i]);
    }
    float[] pixels =
        decoders
            .use(size, network -> network.run(new Batch(1).floats(Vae.LATENT, z)).get(0))
            .clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = vae.pixel(pixels[i]);
    }
    return pixels;
  }

  /**
   * Returns the encoder's answer to an image: {@code [H, W, Z]} in the scale of the denoising
   * network, or mean and log-variance {@code [H, W, 2·Z]}, see {@link Vae#draws}. A side of the
   * image that is no multiple of the factor is rounded down.
   *
   * @throws NonFinitePredictionException if the encoder answers NaN
   */
  float[] encode(Image image) {
    float[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = vae.encoderInput(pixels[i]);
    }
    return requireNumbers(
        "encoder",
        encoders
            .use(
                new Pixels(image.width(), image.height()),
                network -> network.run(new Batch(1).floats(Vae.PIXELS, pixels)).get(0))
            .clone());
  }

  private static float[] requireNumbers(String half, float[] values) {
    for (float value : values) {
      if (Float.isNaN(value)) {
        throw new NonFinitePredictionException(
            "vae: NaN in the %s's output (expected: numbers; doctor examines the weights)"
                .formatted(half));
      }
    }
    return values;
  }

  /**
   * Draws a latent of an encoder's answer: scaling·(mean + exp(log-variance / 2)·noise), or the
   * answer itself if the encoder draws nothing.
   *
   * @param encoded the result of {@link #encode}
   * @param noise {@code [H, W, Z]}: standard normal noise; zeros for the mode
   */
  static float[] sample(Vae vae, float[] encoded, float[] noise) {
    if (!vae.draws()) {
      return encoded;
    }
    int channels = vae.latentChannels();
    float[] latent = new float[noise.length];
    for (int i = 0; i < latent.length; i++) {
      int mean = i / channels * 2 * channels + i % channels;
      double drawn = encoded[mean] + deviation(encoded[mean + channels]) * noise[i];
      latent[i] = (float) (vae.scaling() * drawn);
    }
    return latent;
  }

  /** Returns the standard deviation of a log-variance, which is clamped. */
  static double deviation(double logVariance) {
    return StrictMath.exp(
        0.5 * Math.max(MIN_LOG_VARIANCE, Math.min(MAX_LOG_VARIANCE, logVariance)));
  }

  @Override
  public void close() {
    encoders.close();
    decoders.close();
  }
}
