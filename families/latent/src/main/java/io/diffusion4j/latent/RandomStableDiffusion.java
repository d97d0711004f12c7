package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.pipeline.RandomComponents;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * An untrained model in the published layout, to try a size before there are weights.
 *
 * @param dtype how weights are stored: F32, F16 or BF16
 * @param seed the seed of the weights; the same seed gives the same files
 */
public record RandomStableDiffusion(StableDiffusionConfig config, DType dtype, long seed) {
  /**
   * Writes a folder, and its index last.
   *
   * @param folder the folder to create, or an empty one
   * @param listener is notified of each component before it is written
   * @throws IllegalArgumentException if there is something in the folder
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public void write(Path folder, Consumer<String> listener) {
    RandomComponents.requireEmpty(folder);
    var random = new RandomComponents(dtype, seed, listener);
    random.write(folder, StableDiffusionFolder.TEXT, config.text());
    random.write(folder, StableDiffusionFolder.WORDS, UnclipFolder.enumerated(config.text()));
    random.write(folder, StableDiffusionFolder.DENOISER, config.unet());
    random.write(folder, StableDiffusionFolder.AUTOENCODER, config.vae());
    random.write(folder, StableDiffusionFolder.NOISE, config.scheduler());
    StableDiffusionFolder.writeIndex(folder);
  }
}
