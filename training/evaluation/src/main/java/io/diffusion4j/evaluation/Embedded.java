package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.embedding.Vectors;
import java.util.List;

/**
 * Embeddings of a model's pictures and of the pictures to compare with; all are scaled to length 1.
 *
 * @param captions the prompts, n of them, at least 2
 * @param texts the texts of the captions
 * @param generated the estimate of the pictures that the model drew for them
 * @param real the embeddings of the pictures that have these captions, by their keys
 * @param others the embeddings of further real pictures, at least 2, the reference of distances
 * @param flat the embeddings of pictures without content: each generated one replaced by its mean
 *     colour
 * @param trained the embeddings of training pictures, by their keys, at least 1
 */
public record Embedded(
    List<String> captions,
    List<float[]> texts,
    List<float[]> generated,
    List<Named> real,
    List<float[]> others,
    List<float[]> flat,
    List<Named> trained) {
  public Embedded {
    captions = List.copyOf(captions);
    int n = captions.size();
    Check.that(n >= 2, "captions", n, "≥ 2");
    Check.length("texts", texts.size(), n);
    Check.length("generated", generated.size(), n);
    Check.length("real", real.size(), n);
    Check.length("flat", flat.size(), n);
    Check.that(others.size() >= 2, "others", others.size(), "≥ 2");
    Check.that(!trained.isEmpty(), "trained", "none", "at least one picture");
    texts = units(texts);
    generated = units(generated);
    real = real.stream().map(one -> new Named(one.key, unit(one.vector))).toList();
    others = units(others);
    flat = units(flat);
    trained = trained.stream().map(one -> new Named(one.key, unit(one.vector))).toList();
  }

  /** The embedding of a picture of a data set. */
  public record Named(String key, float[] vector) {}

  List<float[]> realVectors() {
    return real.stream().map(Named::vector).toList();
  }

  private static List<float[]> units(List<float[]> vectors) {
    return vectors.stream().map(Embedded::unit).toList();
  }

  private static float[] unit(float[] vector) {
    double length = Vectors.length(vector);
    Check.that(length > 0, "embedding", "of length " + length, "> 0");
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (vector[i] / length);
    }
    return unit;
  }
}
