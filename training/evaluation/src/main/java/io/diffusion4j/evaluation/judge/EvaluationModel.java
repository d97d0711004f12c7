package io.diffusion4j.evaluation.judge;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.scene.Observation;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The judge with its weights: pictures and captions as unit vectors, whose dot product measures how
 * well they fit. Thread-safe; holds native memory until it is closed.
 *
 * <p>It is deliberately neither an {@code ImageEncoder} nor a {@code TextEncoder}: a judge must not
 * guide or select the pictures that it measures.
 */
public final class EvaluationModel implements AutoCloseable {
  private static final int CHUNK = 64;

  private final JudgeFolder folder;
  private final CompiledNetwork image;
  private final CompiledNetwork text;

  private EvaluationModel(JudgeFolder folder, CompiledNetwork image, CompiledNetwork text) {
    this.folder = folder;
    this.image = image;
    this.text = text;
  }

  /**
   * Loads a folder of {@link JudgeTraining}.
   *
   * @throws IllegalArgumentException if there is no judge
   * @throws io.diffusion4j.checkpoint.CheckpointException if it is damaged
   */
  public static EvaluationModel load(Path path, Compute compute) {
    if (!Files.isRegularFile(path.resolve(JudgeFolder.CONFIG))) {
      throw new IllegalArgumentException(
          "judge: " + path + " (expected: a folder with " + JudgeFolder.CONFIG + ")");
    }
    JudgeFolder folder = JudgeFolder.read(path);
    try (var checkpoint = Checkpoint.open(path, Checkpoint.TRANSFORMERS)) {
      var image =
          new CompiledNetwork(
              folder.image(), checkpoint.only(name -> name.startsWith("image.")), compute);
      try {
        var text =
            new CompiledNetwork(
                folder.text(), checkpoint.only(name -> !name.startsWith("image.")), compute);
        return new EvaluationModel(folder, image, text);
      } catch (RuntimeException | Error e) {
        image.close();
        throw e;
      }
    }
  }

  /** Returns the vector of each picture. */
  public List<float[]> images(List<Image> pictures) {
    return chunked(
        pictures,
        chunk -> {
          int size = folder.image().imageSize();
          var pixels = chunk.stream().map(p -> CloseUp.of(p, Observation.of(p), size)).toList();
          return image.run(
              new Batch(chunk.size()).floats(JudgeImageNetwork.PIXELS, Rows.stack(pixels)));
        });
  }

  /** Returns the vector of each caption; unknown words are ignored. */
  public List<float[]> texts(List<String> captions) {
    return chunked(
        captions,
        chunk -> {
          var bags = folder.words().bags(folder.text().length(), chunk);
          return text.run(
              new Batch(chunk.size())
                  .ints(JudgeTextNetwork.IDS, bags.ids())
                  .floats(JudgeTextNetwork.WEIGHTS, bags.weights()));
        });
  }

  private static <T> List<float[]> chunked(List<T> all, Function<List<T>, List<float[]>> run) {
    List<float[]> vectors = new ArrayList<>(all.size());
    for (int i = 0; i < all.size(); i += CHUNK) {
      List<T> chunk = all.subList(i, Math.min(all.size(), i + CHUNK));
      for (float[] vector : Rows.unstack(run.apply(chunk).get(0), chunk.size())) {
        vectors.add(normalised(vector));
      }
    }
    return vectors;
  }

  private static float[] normalised(float[] vector) {
    double square = 0;
    for (float x : vector) {
      square += (double) x * x;
    }
    double norm = Math.max(1e-12, Math.sqrt(square));
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (vector[i] / norm);
    }
    return unit;
  }

  @Override
  public void close() {
    image.close();
    text.close();
  }
}
