package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.ddpm.Autoencoder;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The shape of an autoencoder between images and latents, the component {@code vae}. */
public sealed interface Vae permits Vae.Kl, TinyAutoencoder {
  /** Input of the decoder, {@code [H, W, Z]}, see {@link #decoderInput}. */
  String LATENT = Autoencoder.LATENT;

  /** Input of the encoder, {@code [H, W, 3]}, see {@link #encoderInput}. */
  String PIXELS = Autoencoder.PIXELS;

  /** Reads the settings of a folder, of either class. */
  static Vae read(Path folder) {
    var c = ComponentConfig.read(folder.resolve("config.json"));
    String name = c.expectClass(Autoencoder.CLASS, TinyAutoencoder.CLASS);
    return name.equals(TinyAutoencoder.CLASS)
        ? TinyAutoencoder.read(folder)
        : new Kl(Autoencoder.read(folder));
  }

  /** Returns the class in diffusers. */
  String className();

  /** Writes the settings into a folder. */
  void write(Path folder);

  /** Returns the channels of a latent, Z. */
  int latentChannels();

  /** Returns the side of a latent, in pixels. */
  int factor();

  /** Returns the factor of latents before noise is added. */
  double scaling();

  /** Returns the encoder's input for a value of a pixel in [−1, 1]. */
  float encoderInput(float pixel);

  /** Returns the decoder's input for a value of a latent in the scale of the denoising network. */
  float decoderInput(float latent);

  /** Returns the value of a pixel, nominally in [−1, 1], for a value of the decoder's output. */
  float pixel(float output);

  /** Whether the encoder answers a distribution of latents, mean and log-variance. */
  boolean draws();

  /**
   * Returns the network from images to latents, or to their distribution.
   *
   * @param height the height of the image
   * @param width the width of the image
   */
  NetworkDefinition encoder(int height, int width);

  /**
   * Returns the network from latents to images.
   *
   * @param height the height of the latents
   * @param width the width of the latents
   */
  NetworkDefinition decoder(int height, int width);

  /** Whether a parameter is one of the network {@code encoder} or {@code decoder}. */
  static boolean isOf(String half, String name) {
    return half.equals("encoder") ? Autoencoder.isOfEncoder(name) : Autoencoder.isOfDecoder(name);
  }

  /** Returns the expected weights of a folder, under current names. */
  default Manifest manifest() {
    int least = factor();
    return Manifest.of(
        (nn, inputs) -> {
          List<Tensor> outputs = new ArrayList<>(encoder(least, least).define(nn, inputs));
          outputs.addAll(decoder(1, 1).define(nn, inputs));
          return outputs;
        });
  }

  /**
   * An autoencoder with a Kullback–Leibler penalty.
   *
   * @param autoencoder its shape
   */
  record Kl(Autoencoder autoencoder) implements Vae {
    /** Returns the autoencoder of Stable Diffusion: 512×512 pixels are 64×64 latents. */
    static Kl published() {
      return new Kl(new Autoencoder(4, List.of(128, 256, 512, 512), 2, 32, 0.18215, true, true));
    }

    @Override
    public String className() {
      return Autoencoder.CLASS;
    }

    @Override
    public void write(Path folder) {
      autoencoder.write(folder);
    }

    @Override
    public int latentChannels() {
      return autoencoder.latentChannels();
    }

    @Override
    public int factor() {
      return autoencoder.factor();
    }

    @Override
    public double scaling() {
      return autoencoder.scaling();
    }

    @Override
    public boolean draws() {
      return true;
    }

    @Override
    public float encoderInput(float pixel) {
      return pixel;
    }

    @Override
    public float decoderInput(float latent) {
      return (float) (latent / scaling());
    }

    @Override
    public float pixel(float output) {
      return output;
    }

    @Override
    public NetworkDefinition encoder(int height, int width) {
      return autoencoder.encoder(height, width);
    }

    @Override
    public NetworkDefinition decoder(int height, int width) {
      return autoencoder.decoder(height, width);
    }
  }
}
