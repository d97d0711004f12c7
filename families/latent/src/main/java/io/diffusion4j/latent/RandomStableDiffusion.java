package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.pipeline.RandomComponents;
import io.diffusion4j.pipeline.RandomModel;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Path;
import java.util.function.Consumer;

/** An untrained model in the published layout, to try a size before there are weights. */
public record RandomStableDiffusion(StableDiffusionConfig config) implements RandomModel {
  @Override
  public Path write(Path folder, DType dtype, long seed, Consumer<String> listener) {
    RandomComponents.requireEmpty(folder);
    var random = new RandomComponents(dtype, seed, listener);
    random.write(folder, StableDiffusionFolder.TEXT, config.text());
    random.write(folder, StableDiffusionFolder.WORDS, UnclipFolder.enumerated(config.text()));
    random.write(folder, StableDiffusionFolder.DENOISER, config.unet());
    random.write(folder, StableDiffusionFolder.AUTOENCODER, config.vae());
    random.write(folder, StableDiffusionFolder.NOISE, config.scheduler());
    StableDiffusionFolder.writeIndex(folder);
    return folder;
  }
}
