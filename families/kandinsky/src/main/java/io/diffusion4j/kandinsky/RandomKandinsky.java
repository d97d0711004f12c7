package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.EnumeratedVocabulary;
import io.diffusion4j.clip.token.Normalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.pipeline.RandomComponents;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.Standardization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * An untrained decoder and prior in the published layout, to try a size before there are weights.
 *
 * @param dtype how weights are stored: F32, F16 or BF16
 * @param seed the seed of the weights; the same seed gives the same files
 */
public record RandomKandinsky(KandinskyConfig config, DType dtype, long seed) {
  private static final String CARD =
      """
      ---
      prior:
      - ../prior
      ---
      """;

  /**
   * Writes the folders {@code decoder} and {@code prior}, and their indices last.
   *
   * @param folder the folder to create, or an empty one
   * @param listener is notified of each component before it is written
   * @return the folder of the decoder
   * @throws IllegalArgumentException if there is something in the folder
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public Path write(Path folder, Consumer<String> listener) {
    RandomComponents.requireEmpty(folder);
    var random = new RandomComponents(dtype, seed, listener);
    var pair = KandinskyPair.in(folder);
    writePrior(pair.prior(), random);
    writeDecoder(pair.decoder(), random);
    pair.writeIndex();
    return pair.decoder();
  }

  private void writePrior(Path folder, RandomComponents random) {
    var tokenizer =
        new ClipTokenizer(
            EnumeratedVocabulary.ofSize(config.text().vocabulary()),
            TokenizerConfig.karlo().withMaxLength(config.text().positions()),
            Normalization.HUGGING_FACE);
    Path words = random.component(folder, KandinskyFolder.TOKENIZER);
    RandomComponents.save(() -> tokenizer.save(words), folder);

    Path text = random.component(folder, KandinskyFolder.TEXT_ENCODER);
    ClipFolders.writeConfig(
        text, config.text(), tokenizer.startId(), tokenizer.endId(), tokenizer.padId());
    random.writeWeights(text, Checkpoint.TRANSFORMERS, ClipFolders.manifest(config.text()));

    Path image = random.component(folder, KandinskyFolder.IMAGE_ENCODER);
    ClipFolders.writeConfig(image, config.vision());
    random.writeWeights(image, Checkpoint.TRANSFORMERS, ClipFolders.manifest(config.vision()));
    Path processor = random.component(folder, KandinskyFolder.IMAGE_PROCESSOR);
    var preprocessor = ClipPreprocessor.clip(config.vision().imageSize());
    RandomComponents.save(
        () -> preprocessor.save(processor.resolve(KandinskyFolder.PREPROCESSOR)), folder);

    Path prior = random.component(folder, KandinskyFolder.PRIOR);
    PriorModel.write(
        prior,
        config.prior(),
        random.weights(prior, PriorModel.manifest(config.prior())),
        dtype,
        Standardization.none(config.prior().embeddingDim()),
        random.notes());

    Path scheduler = random.component(folder, KandinskyFolder.SCHEDULER);
    SchedulerConfig.unclip(1000, VarianceType.FIXED_SMALL, true, 10, Parameterization.X0)
        .write(scheduler.resolve(KandinskyFolder.SCHEDULER_CONFIG));
  }

  private void writeDecoder(Path folder, RandomComponents random) {
    Path unet = random.component(folder, KandinskyFolder.UNET);
    config.unet().write(unet);
    random.writeWeights(unet, Checkpoint.DIFFUSERS, config.unet().manifest());

    Path movq = random.component(folder, KandinskyFolder.MOVQ);
    config.movq().write(movq);
    random.writeWeights(movq, Checkpoint.DIFFUSERS, config.movq().manifest());

    Path scheduler = random.component(folder, KandinskyFolder.SCHEDULER);
    SchedulerConfig.kandinsky().write(scheduler.resolve(KandinskyFolder.SCHEDULER_CONFIG));
    RandomComponents.save(
        () -> Files.writeString(folder.resolve(KandinskyFolder.CARD), CARD), folder);
  }
}
