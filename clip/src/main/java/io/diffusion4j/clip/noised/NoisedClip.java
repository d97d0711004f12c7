package io.diffusion4j.clip.noised;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.guidance.ConditionGradient;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A noised CLIP with its weights: the gradient of scale·cos(x_t, caption) with respect to x_t,
 * where the caption is a vector of {@link #encode} and scale is the model's own, 100 as published.
 * The time of a query is in timesteps of the training schedule.
 *
 * <p>Thread-safe; holds native memory until it is closed.
 */
public final class NoisedClip implements ConditionGradient<float[]>, AutoCloseable {
  private static final double TINY = 1e-12;

  private final ClipTokenizer tokenizer;
  private final NoisedVisionNetwork vision;
  private final CompiledNetwork image;
  private final CompiledNetwork text;

  private NoisedClip(
      ClipTokenizer tokenizer,
      NoisedVisionNetwork vision,
      CompiledNetwork image,
      CompiledNetwork text) {
    this.tokenizer = tokenizer;
    this.vision = vision;
    this.image = image;
    this.text = text;
  }

  /**
   * Loads a folder in the layout of {@link NoisedClipFolders}.
   *
   * @throws CheckpointException if something is missing or does not fit
   * @throws UncheckedIOException if a file cannot be read
   */
  public static NoisedClip load(Path folder, Compute compute) {
    try {
      return load(folder, ClipTokenizer.load(folder), compute);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read the tokenizer of " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Loads a folder, with a tokenizer from elsewhere. */
  public static NoisedClip load(Path folder, ClipTokenizer tokenizer, Compute compute) {
    try (var ofImages = NoisedClipFolders.openImage(folder);
        var ofTexts = NoisedClipFolders.openText(folder)) {
      var vision = NoisedClipFolders.image(folder, ofImages);
      var words = NoisedClipFolders.text(folder, ofTexts);
      try {
        words.requireFits(tokenizer);
        Check.that(
            vision.embeddingDim() == words.embeddingDim(),
            "blocks.output.f.w",
            vision.embeddingDim() + " rows",
            "the text tower's %s",
            words.embeddingDim());
      } catch (IllegalArgumentException e) {
        throw new CheckpointException(folder, "the parts do not fit: " + e.getMessage(), e);
      }
      var text = new CompiledNetwork(words, ofTexts, compute);
      try {
        var image =
            CompiledNetwork.withGradient(
                vision.judging(NoisedClipFolders.scale(folder)),
                NoisedVisionNetwork.PIXELS,
                ofImages,
                compute);
        return new NoisedClip(tokenizer, vision, image, text);
      } catch (RuntimeException | Error e) {
        text.close();
        throw e;
      }
    }
  }

  /** Returns the image tower's shape. */
  public NoisedVisionNetwork vision() {
    return vision;
  }

  /**
   * Checks that this CLIP is for pictures of a size.
   *
   * @throws IllegalArgumentException if it is not
   */
  public void requireFits(int width, int height) {
    int size = vision.imageSize();
    Check.that(
        width == size && height == size,
        "noised CLIP",
        "images of %s×%s".formatted(size, size),
        "%s×%s, as the model draws",
        width,
        height);
  }

  /** Encodes captions as unit vectors, in order. */
  public List<float[]> encode(List<String> captions) {
    return encodeTokens(captions.stream().map(tokenizer::encode).toList());
  }

  /** Encodes tokenized captions. */
  public List<float[]> encodeTokens(List<Tokens> captions) {
    if (captions.isEmpty()) {
      return List.of();
    }
    var batch = new Batch(captions.size());
    NoisedTextNetwork.feed(batch, captions);
    return unit(Rows.unstack(text.run(batch).get(0), captions.size()));
  }

  /** Scales each to length 1, in place. */
  private static List<float[]> unit(List<float[]> vectors) {
    for (float[] vector : vectors) {
      double square = 0;
      for (float value : vector) {
        square += (double) value * value;
      }
      double length = Math.sqrt(square) + TINY;
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) (vector[i] / length);
      }
    }
    return vectors;
  }

  @Override
  public List<float[]> at(List<Query<float[]>> queries) {
    return judge(queries).stream().map(Judgement::gradient).toList();
  }

  /**
   * The comparison of a sample with its caption.
   *
   * @param similarity scale·cos(x_t, caption)
   * @param embedding the embedding of x_t, a unit vector
   * @param gradient the gradient of the similarity with respect to x_t
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  public record Judgement(float similarity, float[] embedding, float[] gradient) {}

  /** Compares each sample with its caption, in order. */
  public List<Judgement> judge(List<Query<float[]>> queries) {
    if (queries.isEmpty()) {
      return List.of();
    }
    int rows = queries.size();
    var batch = new Batch(rows);
    vision.feed(
        batch, queries.stream().map(Query::xt).toList(), queries.stream().map(Query::t).toList());
    batch.floats(
        NoisedVisionNetwork.TEXT, Rows.stack(queries.stream().map(Query::condition).toList()));
    var outputs = image.run(batch);
    var embeddings = unit(Rows.unstack(outputs.get(1), rows));
    var gradients = Rows.unstack(outputs.get(2), rows);
    List<Judgement> all = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      float[] gradient = NoisedVisionNetwork.byPixels(gradients.get(i));
      all.add(new Judgement(outputs.get(0)[i], embeddings.get(i), gradient));
    }
    return all;
  }

  @Override
  public void close() {
    image.close();
    text.close();
  }
}
