package io.diffusion4j.unclip.doctor;

import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.pipeline.Diagnosis;
import io.diffusion4j.pipeline.Diagnosis.Verdict;
import io.diffusion4j.prior.Standardization;
import java.util.List;
import java.util.Locale;

/**
 * Checks that CLIP's two towers belong together: compares the cosine of a picture and its own
 * caption with the cosines of the picture and all other captions.
 *
 * @param texts the captions, encoded
 * @param images the embedding of each caption's picture
 */
record EmbeddingCheck(List<TextEncoding> texts, List<float[]> images) {
  /**
   * The fraction of cases in which a picture's own caption must be nearer than another; by chance,
   * it is one half.
   */
  private static final double ALIGNED = 0.7;

  /**
   * @param part the part that the result is reported for
   */
  Diagnosis diagnosis(String part) {
    List<float[]> captions = texts.stream().map(TextEncoding::embedding).toList();
    double own = 0;
    double others = 0;
    double wins = 0;
    int n = images.size();
    for (int i = 0; i < n; i++) {
      double pair = Vectors.cosine(images.get(i), captions.get(i));
      own += pair / n;
      for (int j = 0; j < n; j++) {
        if (j != i) {
          double shuffled = Vectors.cosine(images.get(i), captions.get(j));
          others += shuffled / n / (n - 1.0);
          wins += (pair > shuffled ? 1 : pair == shuffled ? 0.5 : 0) / n / (n - 1.0);
        }
      }
    }
    String finding =
        String.format(
            Locale.ROOT,
            "a picture's own caption is nearer than another's %.0f %% of the time; cosines %.3f"
                + " and %.3f; norms of texts %s, of images %s, which use %.0f of %d dimensions",
            100 * wins,
            own,
            others,
            norms(captions),
            norms(images),
            dimensions(images),
            images.get(0).length);
    return Diagnosis.of(part, wins >= ALIGNED ? Verdict.OK : Verdict.UNTRAINED, finding);
  }

  /**
   * Computes the fraction of pictures, taken in pairs, that are nearer to their own caption than to
   * the caption of the other picture. An unpaired last picture is left out.
   */
  String tellingApart() {
    int right = 0;
    int n = images.size() / 2 * 2;
    for (int i = 0; i < n; i++) {
      float[] own = texts.get(i).embedding();
      float[] other = texts.get(i ^ 1).embedding();
      right += Vectors.cosine(images.get(i), own) > Vectors.cosine(images.get(i), other) ? 1 : 0;
    }
    return String.format(
        Locale.ROOT,
        "of two things it is nearer than that with both exchanged %.0f %% of the time",
        100.0 * right / n);
  }

  private static String norms(List<float[]> vectors) {
    double[] norms = vectors.stream().mapToDouble(Vectors::length).toArray();
    double mean = 0;
    double square = 0;
    for (double norm : norms) {
      mean += norm / norms.length;
      square += norm * norm / norms.length;
    }
    return String.format(
        Locale.ROOT, "%.3g ± %.2g", mean, Math.sqrt(Math.max(0, square - mean * mean)));
  }

  /**
   * Estimates the effective number of dimensions, the participation ratio (Σλ)² / Σλ² of the
   * covariance's eigenvalues. The trace of the covariance is the mean of |x|², and the trace of its
   * square is the mean of (x·x')² over pairs, an estimate without bias for few samples.
   */
  private static double dimensions(List<float[]> vectors) {
    int n = vectors.size();
    List<float[]> centred = centred(vectors);
    double trace = 0;
    double square = 0;
    for (int i = 0; i < n; i++) {
      trace += Vectors.dot(centred.get(i), centred.get(i)) / n;
      for (int j = 0; j < i; j++) {
        double product = Vectors.dot(centred.get(i), centred.get(j));
        square += product * product / (n * (n - 1) / 2.0);
      }
    }
    return trace * trace / Math.max(1e-24, square);
  }

  private static List<float[]> centred(List<float[]> vectors) {
    int size = vectors.get(0).length;
    var scale =
        new Standardization(
            Standardization.of(vectors, size).mean(), Standardization.none(size).std());
    return vectors.stream().map(scale::apply).toList();
  }
}
