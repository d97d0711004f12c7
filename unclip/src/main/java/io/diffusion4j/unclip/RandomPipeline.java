package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Normalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.weights.ModelFiles;
import io.diffusion4j.nn.weights.NamedTensors;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.Standardization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * A pipeline that nobody trained, in the published layout: to try a size before there are weights
 * of it. One tensor at a time is in memory.
 *
 * @param dtype how weights are stored: F32, F16 or BF16
 * @param seed of the weights; the same seed gives the same files
 */
public record RandomPipeline(UnclipConfig config, DType dtype, long seed) {
  /**
   * Writes the pipeline, the index last.
   *
   * @param folder to be made, or empty
   * @param listener is told each component before it is written
   * @throws IllegalArgumentException if there is something in the folder
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(Path folder, Consumer<String> listener) {
    requireEmpty(folder);
    listener.accept(UnclipFolder.TOKENIZER);
    var tokenizer = tokenizer();
    save(() -> tokenizer.save(folder.resolve(UnclipFolder.TOKENIZER)), folder);

    Path text = component(folder, UnclipFolder.TEXT_ENCODER, listener);
    ClipFolders.writeConfig(
        text, config.text(), tokenizer.startId(), tokenizer.endId(), tokenizer.padId());
    writeWeights(text, Checkpoint.TRANSFORMERS, ClipFolders.manifest(config.text()));

    Path image = component(folder, UnclipFolder.IMAGE_ENCODER, listener);
    ClipFolders.writeConfig(image, config.vision());
    writeWeights(image, Checkpoint.TRANSFORMERS, ClipFolders.manifest(config.vision()));
    Path extractor = component(folder, UnclipFolder.FEATURE_EXTRACTOR, listener);
    var preprocessor = ClipPreprocessor.clip(config.vision().imageSize());
    save(() -> preprocessor.save(extractor.resolve(UnclipFolder.PREPROCESSOR)), folder);

    Path prior = component(folder, UnclipFolder.PRIOR, listener);
    float[] mean = new float[config.prior().embeddingDim()];
    float[] std = new float[mean.length];
    Arrays.fill(std, 1);
    PriorModel.write(
        prior,
        config.prior(),
        weights(prior, PriorModel.manifest(config.prior())),
        dtype,
        new Standardization(mean, std),
        notes());

    Path projection = component(folder, UnclipFolder.TEXT_PROJ, listener);
    DecoderFolders.writeProjectionConfig(projection, config.projection());
    writeWeights(projection, Checkpoint.DIFFUSERS, DecoderModel.manifest(config.projection()));

    Path decoder = component(folder, UnclipFolder.DECODER, listener);
    DecoderFolders.writeBackboneConfig(decoder, config.decoder());
    writeWeights(decoder, Checkpoint.DIFFUSERS, DecoderModel.manifest(config.decoder()));

    for (String name : List.of(UnclipFolder.SUPER_RES_FIRST, UnclipFolder.SUPER_RES_LAST)) {
      Path upsampler = component(folder, name, listener);
      DecoderFolders.writeUpsamplerConfig(upsampler, config.upsampler());
      writeWeights(upsampler, Checkpoint.DIFFUSERS, UpsamplerModel.manifest(config.upsampler()));
    }
    scheduler(folder, UnclipFolder.PRIOR_SCHEDULER, UnclipSchedulerConfig.prior(), listener);
    scheduler(folder, UnclipFolder.DECODER_SCHEDULER, UnclipSchedulerConfig.decoder(), listener);
    scheduler(
        folder,
        UnclipFolder.SUPER_RES_SCHEDULER,
        UnclipSchedulerConfig.superResolution(),
        listener);
    UnclipFolder.writeIndex(folder);
  }

  private static void requireEmpty(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    boolean empty = false;
    if (Files.isDirectory(folder)) {
      try (var entries = Files.list(folder)) {
        empty = entries.findAny().isEmpty();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + folder + ": " + e, e);
      }
    }
    Check.that(empty, "output", folder, "an empty folder, or none");
  }

  private ClipTokenizer tokenizer() {
    return new ClipTokenizer(
        EnumeratedVocabulary.ofSize(config.text().vocabulary()),
        TokenizerConfig.karlo().withMaxLength(config.text().positions()),
        Normalization.HUGGING_FACE);
  }

  private static Path component(Path folder, String name, Consumer<String> listener) {
    listener.accept(name);
    Path component = folder.resolve(name);
    save(() -> Files.createDirectories(component), folder);
    return component;
  }

  private void writeWeights(Path component, String baseName, Manifest manifest) {
    ModelFiles.write(
        component, baseName, weights(component, manifest), name -> true, dtype, notes());
  }

  /** Components of the same shape get different weights. */
  private NamedTensors weights(Path component, Manifest manifest) {
    long own = new SplittableRandom(component.getFileName().toString().hashCode()).nextLong();
    return RandomWeights.of(manifest, seed ^ own);
  }

  private static void scheduler(
      Path folder, String name, UnclipSchedulerConfig scheduler, Consumer<String> listener) {
    scheduler.write(component(folder, name, listener).resolve(UnclipSchedulerConfig.FILE_NAME));
  }

  /** What may fail as files do. */
  @FunctionalInterface
  private interface Saving {
    void run() throws IOException;
  }

  private static void save(Saving saving, Path folder) {
    try {
      saving.run();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder + ": " + e, e);
    }
  }

  private Map<String, String> notes() {
    return Map.of("diffusion4j.weights", "random", "diffusion4j.seed", Long.toString(seed));
  }
}
