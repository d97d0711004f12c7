package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import java.nio.file.Path;

/**
 * Decodes latents to images, with the decoding half of an autoencoder. Thread-safe; holds native
 * memory until it is closed.
 */
public final class LatentDecoder implements AutoCloseable {
  private final Autoencoder autoencoder;
  private final int size;
  private final CompiledNetwork network;

  private LatentDecoder(Autoencoder autoencoder, int size, CompiledNetwork network) {
    this.autoencoder = autoencoder;
    this.size = size;
    this.network = network;
  }

  /**
   * Loads the {@code AutoencoderKL} of a folder.
   *
   * @param size height and width of the latents
   */
  public static LatentDecoder load(Path folder, int size, Compute compute) {
    var autoencoder = Autoencoder.read(folder);
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS)) {
      var weights = Autoencoder.fromFolder(checkpoint);
      return new LatentDecoder(
          autoencoder,
          size,
          new CompiledNetwork(autoencoder.decoder(size, size), weights, compute.unquantised()));
    }
  }

  /**
   * Returns the decoder of a folder by itself, for latents of any size. Its latents are in the
   * scale of the autoencoder: those of the denoising network, divided by {@code scaling_factor}.
   *
   * @param size height and width of the latents that it is defined for first
   */
  static StoredNetwork stored(Path folder, int size) {
    var autoencoder = Autoencoder.read(folder);
    return StoredNetwork.of(
            "vae_decoder",
            autoencoder.decoder(size, size),
            StoredNetwork.Access.in(
                folder, Checkpoint.DIFFUSERS, key -> true, Autoencoder::fromFolder))
        .sized(autoencoder.decoder(2 * size, size), autoencoder.decoder(size, 2 * size))
        .named(Autoencoder.LATENT, "latent_sample")
        .named(StoredNetwork.output(0), "sample");
  }

  /** Returns the channels of a latent. */
  public int channels() {
    return autoencoder.latentChannels();
  }

  /** Returns the height and width of the images. */
  public int imageSize() {
    return size * autoencoder.factor();
  }

  /**
   * Decodes a latent to an image, with values clipped to ±1.
   *
   * @param latent {@code [size, size, channels]}, in the scale of the denoising network
   */
  public Image decode(float[] latent) {
    float[] scaled = new float[latent.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (latent[i] / autoencoder.scaling());
    }
    var outputs = network.run(new Batch(1).floats(Autoencoder.LATENT, scaled));
    float[] pixels = outputs.get(0).clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(-1, Math.min(1, pixels[i]));
    }
    return new Image(imageSize(), imageSize(), pixels);
  }

  @Override
  public void close() {
    network.close();
  }
}
