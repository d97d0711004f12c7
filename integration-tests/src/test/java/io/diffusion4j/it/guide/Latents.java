package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.latent.Vae;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.nio.file.Path;

/** The autoencoder of a folder of Stable Diffusion. */
record Latents(Path folder, Vae vae) {
  static Latents of(Path model) {
    Path folder = model.resolve("vae");
    return new Latents(folder, Vae.read(folder));
  }

  /** Encodes an image to the mean of q(z | image), in the scale of the U-Net. */
  float[] encode(Image image) {
    int channels = vae.latentChannels();
    float[] moments = // mean and log-variance of each position
        run("encoder", vae.encoder(image.height(), image.width()), Vae.PIXELS, image.pixels());
    float[] z = new float[moments.length / 2];
    for (int i = 0; i < z.length; i++) {
      z[i] = (float) (vae.scaling() * moments[i / channels * 2 * channels + i % channels]);
    }
    return z;
  }

  /** Decodes latents of {@code height × width} positions to an image. */
  Image decode(float[] z, int height, int width) {
    float[] unscaled = new float[z.length];
    for (int i = 0; i < z.length; i++) {
      unscaled[i] = (float) (z[i] / vae.scaling());
    }
    float[] pixels = run("decoder", vae.decoder(height, width), Vae.LATENT, unscaled);
    return new Image(width * vae.factor(), height * vae.factor(), pixels);
  }

  private float[] run(String half, NetworkDefinition definition, String input, float[] values) {
    try (var weights = Checkpoint.open(folder, Checkpoint.DIFFUSERS);
        var network =
            new CompiledNetwork(
                definition,
                weights.only(name -> Vae.isOf(half, name)),
                Compute.of(Precision.FLOAT32))) {
      return network.run(new Batch(1).floats(input, values)).get(0);
    }
  }
}
// end snippet
