package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.nn.engine.Compute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Both towers of a CLIP in any supported layout: a pipeline with a text encoder and an image
 * encoder, transformers' {@code CLIPModel}, open_clip's, or OpenAI's. Thread-safe; holds native
 * memory until it is closed.
 *
 * <pre>{@code
 * try (var clip = ClipEncoders.open(folder, Optional.empty(), Compute.of(Precision.FLOAT32))) {
 *   float[] cat = clip.text().encode(List.of("a cat")).get(0).embedding();
 *   float[] picture = clip.image().encode(List.of(image)).get(0);
 *   double similarity = Vectors.cosine(cat, picture);
 * }
 * }</pre>
 */
public final class ClipEncoders implements AutoCloseable {
  static final String TEXT = "text_encoder";
  static final String IMAGE = "image_encoder";
  private static final String TOKENIZER = "tokenizer";
  private static final String FEATURES = "feature_extractor";
  private static final String PREPROCESSOR = "preprocessor_config.json";

  private final TextEncoder text;
  private final ImageEncoder image;
  private final int size;
  private final double logitScale;
  private final Runnable towers;

  private ClipEncoders(
      TextEncoder text, ImageEncoder image, int size, double logitScale, Runnable towers) {
    this.text = text;
    this.image = image;
    this.size = size;
    this.logitScale = logitScale;
    this.towers = towers;
  }

  private ClipEncoders(ClipModel model) {
    this(
        model.text(),
        model.image(),
        model.network().text().embeddingDim(),
        model.logitScale(),
        model::close);
  }

  /**
   * Opens a folder.
   *
   * @param tokenizer the folder of the vocabulary; the model's own folder if empty
   * @throws IllegalArgumentException if the folder has none of these layouts, or no vocabulary
   * @throws CheckpointException if it is damaged
   */
  public static ClipEncoders open(Path folder, Optional<Path> tokenizer, Compute compute) {
    Check.that(Files.isDirectory(folder), "clip", folder, "a folder");
    if (isPipeline(folder)) {
      return ofPipeline(folder, tokenizer, compute);
    }
    ClipTokenizer words = tokenizer(tokenizer.orElse(folder));
    if (OpenClip.isAt(folder)) {
      return new ClipEncoders(ClipModel.loadOpenClip(folder, words, compute));
    }
    return new ClipEncoders(
        ClipFolders.isAt(folder)
            ? ClipModel.load(folder, words, compute)
            : ClipModel.loadOpenAi(folder, words, compute));
  }

  /** Whether a folder is a pipeline, or an unfinished one with both towers. */
  static boolean isPipeline(Path folder) {
    return Files.isRegularFile(folder.resolve(ModelFolder.INDEX))
        || (Files.isDirectory(folder.resolve(TEXT)) && Files.isDirectory(folder.resolve(IMAGE)));
  }

  private static ClipEncoders ofPipeline(Path folder, Optional<Path> vocabulary, Compute compute) {
    if (Files.isRegularFile(folder.resolve(ModelFolder.INDEX))) {
      var index = ModelFolder.open(folder).require(TEXT).require(TOKENIZER);
      Check.that(index.has(IMAGE), "clip", folder, "a pipeline with an %s", IMAGE);
    }
    Path texts = folder.resolve(TEXT);
    Path images = folder.resolve(IMAGE);
    var words = tokenizer(vocabulary.orElseGet(() -> folder.resolve(TOKENIZER)));
    var textNetwork = ClipFolders.readText(texts);
    var imageNetwork = ClipFolders.readVision(images);
    Check.that(
        textNetwork.embeddingDim() == imageNetwork.embeddingDim(),
        "clip",
        folder,
        "embeddings of one size; those of texts have %s values, those of images %s",
        textNetwork.embeddingDim(),
        imageNetwork.embeddingDim());
    try (var textWeights = Checkpoint.open(texts);
        var imageWeights = Checkpoint.open(images)) {
      var text =
          new ClipTextModel(
              words, textNetwork, textWeights.only(ClipFolders::isParameter), compute);
      try {
        var image =
            new ClipImageModel(
                preprocessor(folder.resolve(FEATURES), imageNetwork),
                imageNetwork,
                imageWeights.only(ClipFolders::isParameter),
                compute);
        return new ClipEncoders(
            text,
            image,
            textNetwork.embeddingDim(),
            ZeroShot.LOGIT_SCALE, // no pipeline keeps it
            () -> {
              image.close();
              text.close();
            });
      } catch (RuntimeException | Error e) {
        text.close();
        throw e;
      }
    }
  }

  /** Returns the values of a folder's file, or the published constants. */
  static ClipPreprocessor preprocessor(Path folder, ClipVisionNetwork network) {
    Path file = folder.resolve(PREPROCESSOR);
    if (!Files.isRegularFile(file)) {
      return ClipPreprocessor.clip(network.imageSize());
    }
    try {
      return ClipPreprocessor.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static ClipTokenizer tokenizer(Path folder) {
    try {
      return ClipTokenizer.load(folder);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "tokenizer: "
              + folder
              + " (expected: a folder with CLIP's vocabulary; "
              + e.getMessage()
              + ")",
          e);
    }
  }

  /** Embeds texts; embeddings are not normalised. */
  public TextEncoder text() {
    return text;
  }

  /** Embeds images; embeddings are not normalised. */
  public ImageEncoder image() {
    return image;
  }

  /** Returns the number of values of an embedding. */
  public int size() {
    return size;
  }

  /** Returns the factor of the cosines before the softmax; 100 if the folder contains none. */
  public double logitScale() {
    return logitScale;
  }

  @Override
  public void close() {
    towers.run();
  }
}
