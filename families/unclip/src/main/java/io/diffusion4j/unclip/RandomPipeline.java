package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.EnumeratedVocabulary;
import io.diffusion4j.clip.token.Normalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.pipeline.RandomComponents;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.Standardization;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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
    listener.accept(UnclipFolder.TOKENIZER);
    var tokenizer = tokenizer();
    RandomComponents.save(() -> tokenizer.save(folder.resolve(UnclipFolder.TOKENIZER)), folder);

    Path text = random.component(folder, UnclipFolder.TEXT_ENCODER);
    ClipFolders.writeConfig(
        text, config.text(), tokenizer.startId(), tokenizer.endId(), tokenizer.padId());
    random.writeWeights(text, Checkpoint.TRANSFORMERS, ClipFolders.manifest(config.text()));

    Path image = random.component(folder, UnclipFolder.IMAGE_ENCODER);
    ClipFolders.writeConfig(image, config.vision());
    random.writeWeights(image, Checkpoint.TRANSFORMERS, ClipFolders.manifest(config.vision()));
    Path extractor = random.component(folder, UnclipFolder.FEATURE_EXTRACTOR);
    var preprocessor = ClipPreprocessor.clip(config.vision().imageSize());
    RandomComponents.save(
        () -> preprocessor.save(extractor.resolve(UnclipFolder.PREPROCESSOR)), folder);

    Path prior = random.component(folder, UnclipFolder.PRIOR);
    float[] mean = new float[config.prior().embeddingDim()];
    float[] std = new float[mean.length];
    Arrays.fill(std, 1);
    PriorModel.write(
        prior,
        config.prior(),
        random.weights(prior, PriorModel.manifest(config.prior())),
        dtype,
        new Standardization(mean, std),
        random.notes());

    Path projection = random.component(folder, UnclipFolder.TEXT_PROJ);
    DecoderFolders.writeProjectionConfig(projection, config.projection());
    random.writeWeights(
        projection, Checkpoint.DIFFUSERS, DecoderModel.manifest(config.projection()));

    Path decoder = random.component(folder, UnclipFolder.DECODER);
    DecoderFolders.writeBackboneConfig(decoder, config.decoder());
    random.writeWeights(decoder, Checkpoint.DIFFUSERS, DecoderModel.manifest(config.decoder()));

    for (String name : List.of(UnclipFolder.SUPER_RES_FIRST, UnclipFolder.SUPER_RES_LAST)) {
      Path upsampler = random.component(folder, name);
      DecoderFolders.writeUpsamplerConfig(upsampler, config.upsampler());
      random.writeWeights(
          upsampler, Checkpoint.DIFFUSERS, UpsamplerModel.manifest(config.upsampler()));
    }
    scheduler(random, folder, UnclipFolder.PRIOR_SCHEDULER, SchedulerConfig.unclipPrior());
    scheduler(random, folder, UnclipFolder.DECODER_SCHEDULER, SchedulerConfig.unclipDecoder());
    scheduler(random, folder, UnclipFolder.SUPER_RES_SCHEDULER, SchedulerConfig.unclipUpsampler());
    UnclipFolder.writeIndex(folder);
  }

  private ClipTokenizer tokenizer() {
    return new ClipTokenizer(
        EnumeratedVocabulary.ofSize(config.text().vocabulary()),
        TokenizerConfig.karlo().withMaxLength(config.text().positions()),
        Normalization.HUGGING_FACE);
  }

  private static void scheduler(
      RandomComponents random, Path folder, String name, SchedulerConfig scheduler) {
    scheduler.write(random.component(folder, name).resolve(SchedulerConfig.FILE_NAME));
  }
}
