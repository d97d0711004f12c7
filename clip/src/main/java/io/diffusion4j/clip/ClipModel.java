package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.nn.engine.Compute;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * The whole of CLIP from one checkpoint: its two encoders and the scale of their cosines.
 * Thread-safe; holds native memory until it is closed.
 */
public final class ClipModel implements AutoCloseable {
  private final ClipNetwork network;
  private final ClipTextModel text;
  private final ClipImageModel image;
  private final double logitScale;

  private ClipModel(
      ClipNetwork network,
      ClipPreprocessor preprocessor,
      Path origin,
      Checkpoint checkpoint,
      ClipTokenizer tokenizer,
      Compute compute) {
    this.network = network;
    var keys = network.keys();
    var texts = part(checkpoint, keys::isText);
    var images = part(checkpoint, keys::isVision);
    this.logitScale = Math.exp(logScale(origin, checkpoint));
    this.text = new ClipTextModel(tokenizer, network.text(), texts, compute);
    try {
      this.image = new ClipImageModel(preprocessor, network.vision(), images, compute);
    } catch (RuntimeException | Error e) {
      text.close();
      throw e;
    }
  }

  /** Loads a folder with transformers' {@code CLIPModel}. */
  public static ClipModel load(Path folder, ClipTokenizer tokenizer, Compute compute) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      return of(ClipFolders.readModel(folder), folder, checkpoint, tokenizer, compute);
    }
  }

  /** Loads a folder with OpenAI's {@code CLIP}, as {@link OpenAiClip} describes it. */
  public static ClipModel loadOpenAi(Path folder, ClipTokenizer tokenizer, Compute compute) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      return of(OpenAiClip.read(folder, checkpoint), folder, checkpoint, tokenizer, compute);
    }
  }

  private static ClipModel of(
      ClipNetwork network,
      Path folder,
      Checkpoint checkpoint,
      ClipTokenizer tokenizer,
      Compute compute) {
    var preprocessor = ClipEncoders.preprocessor(folder, network.vision());
    return new ClipModel(network, preprocessor, folder, checkpoint, tokenizer, compute);
  }

  /** Loads a folder in open_clip's layout, as {@link OpenClip} describes it. */
  public static ClipModel loadOpenClip(Path folder, ClipTokenizer tokenizer, Compute compute) {
    var model = OpenClip.read(folder);
    try (var checkpoint = Checkpoint.open(folder, OpenClip.WEIGHTS)) {
      return new ClipModel(
          model.network(), model.preprocessor(), folder, checkpoint, tokenizer, compute);
    }
  }

  private static TensorSource part(Checkpoint checkpoint, Predicate<String> accounted) {
    return checkpoint.only(key -> isParameter(key) && accounted.test(key));
  }

  /**
   * Older files of transformers also contain the buffer 0, 1, 2, …, and OpenAI's contain three
   * numbers.
   */
  private static boolean isParameter(String key) {
    return ClipFolders.isParameter(key) && OpenAiClip.isParameter(key);
  }

  private static double logScale(Path origin, Checkpoint checkpoint) {
    if (!checkpoint.contains(ClipKeys.LOGIT_SCALE)) {
      throw new CheckpointException(origin, ClipKeys.LOGIT_SCALE + ": missing");
    }
    float[] values = checkpoint.read(ClipKeys.LOGIT_SCALE);
    if (values.length != 1) {
      throw new CheckpointException(
          origin, ClipKeys.LOGIT_SCALE + ": " + values.length + " values (expected: 1)");
    }
    return values[0];
  }

  /** Returns both towers as one network. */
  public ClipNetwork network() {
    return network;
  }

  /** Returns the text tower with its weights; closed with this model. */
  public ClipTextModel text() {
    return text;
  }

  /** Returns the image tower with its weights; closed with this model. */
  public ClipImageModel image() {
    return image;
  }

  /** Returns the factor of the cosines before the softmax; 100 in OpenAI's published models. */
  public double logitScale() {
    return logitScale;
  }

  @Override
  public void close() {
    image.close();
    text.close();
  }
}
