package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.pipeline.RandomComponents;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Writes an untrained pipeline in the published layout, to try a size for which no weights exist
 * yet. One tensor at a time is in memory.
 *
 * @param dtype how weights are stored: F32, F16 or BF16
 * @param seed seed of the weights; the same seed gives the same files
 */
public record RandomPipeline(UnclipConfig config, DType dtype, long seed) {
  /**
   * Writes the pipeline, the index last.
   *
   * @param folder a new or empty folder
   * @param listener is notified of each component before it is written
   * @throws IllegalArgumentException if the folder is not empty
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(Path folder, Consumer<String> listener) {
    RandomComponents.requireEmpty(folder);
    var random = new RandomComponents(dtype, seed, listener);
    random.write(folder, UnclipFolder.WORDS, UnclipFolder.enumerated(config.text()));
    random.write(folder, UnclipFolder.TEXT, config.text());
    random.write(folder, UnclipFolder.IMAGE, config.vision());
    var preparation = ClipPreprocessor.clip(config.vision().imageSize());
    random.write(folder, UnclipFolder.PREPARATION, preparation);
    random.write(folder, UnclipFolder.DIFFUSION_PRIOR, config.prior());
    random.write(folder, UnclipFolder.PROJECTION, config.projection());
    random.write(folder, UnclipFolder.DENOISER, config.decoder());
    random.write(folder, UnclipFolder.UPSAMPLER_FIRST, config.upsampler());
    random.write(folder, UnclipFolder.UPSAMPLER_LAST, config.upsampler());
    random.write(folder, UnclipFolder.OF_PRIOR, SchedulerConfig.unclipPrior());
    random.write(folder, UnclipFolder.OF_DECODER, SchedulerConfig.unclipDecoder());
    random.write(folder, UnclipFolder.OF_UPSAMPLER, SchedulerConfig.unclipUpsampler());
    UnclipFolder.writeIndex(folder);
  }
}
