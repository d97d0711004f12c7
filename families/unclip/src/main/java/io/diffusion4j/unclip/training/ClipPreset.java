package io.diffusion4j.unclip.training;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.token.Vocabulary;
import io.diffusion4j.training.Preset.Schedule;
import java.util.List;

/**
 * CLIP, and the vocabulary of its tokenizer.
 *
 * @param vocabulary the largest number of tokens; captions may yield fewer
 * @param corpus the largest number of captions to learn the vocabulary from
 * @param embedding the size of the joint embedding space and the width of the text tower, since
 *     prior and decoder read both
 * @param text the text tower
 * @param image the image tower
 * @param training the training of both towers
 */
public record ClipPreset(
    int vocabulary, int corpus, int embedding, Text text, Image image, Schedule training) {
  /** Hidden units of a feed-forward layer per unit of width. */
  private static final int WIDENING = 4;

  private static final double EPS = 1e-5;
  private static final int SMALLEST_VOCABULARY = Vocabulary.inClipOrder(List.of()).size();

  /**
   * The text tower.
   *
   * @param length positions of a text
   */
  public record Text(int layers, int heads, int length) {
    public Text {
      new Faults()
          .require(layers >= 1, "layers", layers, "≥ 1")
          .require(heads >= 1, "heads", heads, "≥ 1")
          .require(length >= 2, "length", length, "≥ 2")
          .throwIfAny();
    }
  }

  /**
   * The image tower.
   *
   * @param size height and width of an image in pixels
   * @param patch height and width of a patch in pixels
   * @param width the width of a patch's vector
   */
  public record Image(int size, int patch, int width, int layers, int heads) {
    public Image {
      new Faults()
          .require(size >= 1, "size", size, "≥ 1")
          .require(patch >= 1 && size % patch == 0, "patch", patch, "a divisor of size " + size)
          .require(width >= 1, "width", width, "≥ 1")
          .require(layers >= 1, "layers", layers, "≥ 1")
          .require(heads >= 1 && width % heads == 0, "heads", heads, "a divisor of width " + width)
          .throwIfAny();
    }
  }

  public ClipPreset {
    var faults = new Faults();
    faults
        .require(
            vocabulary >= SMALLEST_VOCABULARY, "vocabulary", vocabulary, "≥ " + SMALLEST_VOCABULARY)
        .require(corpus >= 1, "corpus", corpus, "≥ 1")
        .require(embedding >= 1, "embedding", embedding, "≥ 1");
    if (text != null) { // it may be, while a faulty file is read
      faults.require(
          embedding % text.heads() == 0,
          "text.heads",
          text.heads(),
          "a divisor of embedding " + embedding);
    }
    faults.throwIfAny();
  }

  /** Returns the text tower for the whole vocabulary. */
  public ClipTextNetwork textNetwork() {
    return textNetwork(vocabulary);
  }

  /**
   * Returns the text tower for a learned vocabulary.
   *
   * @param tokens its size
   */
  public ClipTextNetwork textNetwork(int tokens) {
    return new ClipTextNetwork(
        transformer(embedding, text.layers(), text.heads()), tokens, text.length(), embedding);
  }

  /** Returns the shape of the image tower. */
  public ClipVisionNetwork visionNetwork() {
    return new ClipVisionNetwork(
        transformer(image.width(), image.layers(), image.heads()),
        image.size(),
        image.patch(),
        embedding);
  }

  private static Transformer transformer(int width, int layers, int heads) {
    return new Transformer(width, WIDENING * width, layers, heads, Activation.QUICK_GELU, EPS);
  }
}
