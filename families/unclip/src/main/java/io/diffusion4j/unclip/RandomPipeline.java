package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.pipeline.RandomComponents;
import io.diffusion4j.pipeline.RandomModel;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Writes an untrained pipeline in the published layout, to try a size for which no weights exist
 * yet. One tensor at a time is in memory.
 */
public record RandomPipeline(UnclipConfig config) implements RandomModel {
  @Override
  public Path write(Path folder, DType dtype, long seed, Consumer<String> listener) {
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
    return folder;
  }
}
