package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A published CLIP in the layout of transformers ({@code CLIPModel}), OpenAI or open_clip, with its
 * tokenizer in the same folder. It can be written as the two towers of a pipeline.
 */
public final class PublishedClip implements AutoCloseable {
  private static final String CONFIG = "config.json";
  private static final String OPEN_CLIP = "open_clip_config.json";
  private static final String TRANSFORMERS = "CLIPModel";

  private final ClipNetwork network;
  private final ClipPreprocessor preprocessor;
  private final ClipTokenizer tokenizer;
  private final Checkpoint checkpoint;
  private final TensorSource weights;

  private PublishedClip(
      Path folder,
      ClipNetwork network,
      ClipPreprocessor preprocessor,
      Checkpoint checkpoint,
      TensorSource weights) {
    this.network = network;
    this.preprocessor = preprocessor;
    this.checkpoint = checkpoint;
    this.weights = weights;
    try {
      this.tokenizer = network.text().fitted(ClipTokenizer.load(folder));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the tokenizer of " + folder + ": " + e, e);
    }
    network.vision().requireFits(preprocessor);
  }

  /**
   * Opens a folder.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if it is no CLIP, unsupported, or damaged
   * @throws UncheckedIOException if it has no tokenizer, or cannot be read
   */
  public static PublishedClip open(Path folder) {
    boolean isOpenClip = Files.exists(folder.resolve(OPEN_CLIP));
    String[] names = isOpenClip ? OpenClip.WEIGHTS : new String[] {Checkpoint.TRANSFORMERS};
    var checkpoint = Checkpoint.open(folder, names);
    try {
      checkpoint.requireIntact();
      if (isOpenClip) {
        var model = OpenClip.read(folder);
        var weights = OpenAiClip.weights(checkpoint);
        return new PublishedClip(
            folder, model.network(), model.preprocessor(), checkpoint, weights);
      }
      boolean ours = isTransformers(folder);
      var network = ours ? ClipFolders.readModel(folder) : OpenAiClip.read(folder, checkpoint);
      var weights =
          ours ? checkpoint.only(ClipFolders::isParameter) : OpenAiClip.weights(checkpoint);
      var preprocessor = ClipEncoders.preprocessor(folder, network.vision());
      return new PublishedClip(folder, network, preprocessor, checkpoint, weights);
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  private static boolean isTransformers(Path folder) {
    Path config = folder.resolve(CONFIG);
    return Files.exists(config)
        && ComponentConfig.read(config).className().filter(TRANSFORMERS::equals).isPresent();
  }

  /** Returns the preprocessing of the image tower. */
  public ClipPreprocessor preprocessor() {
    return preprocessor;
  }

  /** Returns the tokenizer of the texts. */
  public ClipTokenizer tokenizer() {
    return tokenizer;
  }

  /**
   * Writes the text tower, in the number format in which it was published.
   *
   * @param notes stored with the weights
   */
  public void writeText(Path folder, Map<String, String> notes) {
    ClipFolders.writeConfig(
        folder, network.text(), tokenizer.startId(), tokenizer.endId(), tokenizer.padId());
    ClipFolders.write(folder, weights, ClipNetwork::isText, dtype(), notes);
  }

  /** Writes the image tower in the same way. */
  public void writeVision(Path folder, Map<String, String> notes) {
    ClipFolders.writeConfig(folder, network.vision());
    ClipFolders.write(folder, weights, ClipNetwork::isVision, dtype(), notes);
  }

  private DType dtype() {
    DType dtype =
        checkpoint.names().stream()
            .map(name -> checkpoint.info(name).dtype())
            .filter(DType::isFloat)
            .findFirst()
            .orElseThrow(() -> Check.refusal("clip", checkpoint, "numbers"));
    return dtype == DType.F64 ? DType.F32 : dtype;
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
