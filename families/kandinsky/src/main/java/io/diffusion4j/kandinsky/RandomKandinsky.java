package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.pipeline.RandomComponents;
import io.diffusion4j.pipeline.RandomModel;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * An untrained decoder and prior in the published layout, to try a size before there are weights.
 */
public record RandomKandinsky(KandinskyConfig config) implements RandomModel {
  private static final String CARD =
      """
      ---
      prior:
      - ../prior
      ---
      """;

  @Override
  public Path write(Path folder, DType dtype, long seed, Consumer<String> listener) {
    RandomComponents.requireEmpty(folder);
    var random = new RandomComponents(dtype, seed, listener);
    var pair = KandinskyPair.in(folder);
    Path prior = pair.prior();
    random.write(prior, UnclipFolder.WORDS, UnclipFolder.enumerated(config.text()));
    random.write(prior, UnclipFolder.TEXT, config.text());
    random.write(prior, KandinskyFolder.IMAGE, config.vision());
    var preparation = ClipPreprocessor.clip(config.vision().imageSize());
    random.write(prior, KandinskyFolder.PREPARATION, preparation);
    random.write(prior, UnclipFolder.DIFFUSION_PRIOR, config.prior());
    var steps =
        SchedulerConfig.unclip(1000, VarianceType.FIXED_SMALL, true, 10, Parameterization.X0);
    random.write(prior, KandinskyFolder.OF_PRIOR, steps);
    Path decoder = pair.decoder();
    random.write(decoder, KandinskyFolder.DENOISER, config.unet());
    random.write(decoder, KandinskyFolder.AUTOENCODER, config.movq());
    random.write(decoder, KandinskyFolder.OF_DECODER, SchedulerConfig.kandinsky());
    RandomComponents.save(
        () -> Files.writeString(decoder.resolve(KandinskyFolder.CARD), CARD), decoder);
    pair.writeIndex();
    return decoder;
  }
}
