package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.nn.engine.Compute;
import java.nio.file.Path;

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
      TensorSource weights,
      ClipTokenizer tokenizer,
      Compute compute) {
    this.network = network;
    var texts = weights.only(ClipNetwork::isText);
    var images = weights.only(ClipNetwork::isVision);
    this.logitScale = Math.exp(weights.read(ContrastiveLoss.LOGIT_SCALE, 1)[0]);
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
      var weights = checkpoint.only(ClipFolders::isParameter);
      return of(ClipFolders.readModel(folder), folder, weights, tokenizer, compute);
    }
  }

  /** Loads a folder with OpenAI's {@code CLIP}, as {@link OpenAiClip} describes it. */
  public static ClipModel loadOpenAi(Path folder, ClipTokenizer tokenizer, Compute compute) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      var weights = OpenAiClip.weights(checkpoint);
      return of(OpenAiClip.read(folder, checkpoint), folder, weights, tokenizer, compute);
    }
  }

  private static ClipModel of(
      ClipNetwork network,
      Path folder,
      TensorSource weights,
      ClipTokenizer tokenizer,
      Compute compute) {
    var preprocessor = ClipEncoders.preprocessor(folder, network.vision());
    return new ClipModel(network, preprocessor, weights, tokenizer, compute);
  }

  /** Loads a folder in open_clip's layout, as {@link OpenClip} describes it. */
  public static ClipModel loadOpenClip(Path folder, ClipTokenizer tokenizer, Compute compute) {
    var model = OpenClip.read(folder);
    try (var checkpoint = Checkpoint.open(folder, OpenClip.WEIGHTS)) {
      var weights = OpenAiClip.weights(checkpoint);
      return new ClipModel(model.network(), model.preprocessor(), weights, tokenizer, compute);
    }
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
