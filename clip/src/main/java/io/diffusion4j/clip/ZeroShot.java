package io.diffusion4j.clip;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.LabelClassifier;
import java.util.ArrayList;
import java.util.List;

/**
 * Zero-shot classification and retrieval (Radford et al. 2021, §3.1.2): the text that fits an image
 * best, and how often it is the right one.
 *
 * @param textEncoder the text tower
 * @param imageEncoder the image tower
 */
public record ZeroShot(TextEncoder textEncoder, ImageEncoder imageEncoder) {
  /**
   * The largest scale of the cosines that CLIP may learn, and the one its published weights have.
   */
  public static final double LOGIT_SCALE = LabelClassifier.LOGIT_SCALE;

  private static final int CHUNK = 64;

  /**
   * Returns the cosine of each image with each text.
   *
   * @return {@code [images][texts]}, in [−1, 1]
   */
  public double[][] similarities(List<Image> images, List<String> texts) {
    var textVectors =
        chunked(texts, textEncoder::encode).stream()
            .map(TextEncoding::embedding)
            .map(ZeroShot::normalise)
            .toList();
    var imageVectors =
        chunked(images, imageEncoder::encode).stream().map(ZeroShot::normalise).toList();
    double[][] cosines = new double[images.size()][texts.size()];
    for (int i = 0; i < cosines.length; i++) {
      for (int j = 0; j < texts.size(); j++) {
        cosines[i][j] = Vectors.dot(imageVectors.get(i), textVectors.get(j));
      }
    }
    return cosines;
  }

  /**
   * Returns the probability of each label for an image: the softmax of the scaled cosines.
   *
   * @param labels the labels, at least one, such as {@code a frog}
   */
  public double[] classify(Image image, List<String> labels) {
    return LabelClassifier.of(textEncoder, labels, LabelClassifier.PLAIN, LOGIT_SCALE)
        .probabilities(imageEncoder.encode(List.of(image)).get(0));
  }

  /**
   * Returns the share of images whose right text is among the k most similar ones: recall at k.
   *
   * @param similarities {@code [images][texts]}
   * @param right the index of the right text for each image
   * @param k the number, at least 1
   * @return in [0, 1]; a tie counts against
   */
  public static double recall(double[][] similarities, int[] right, int k) {
    Check.that(
        right.length == similarities.length && right.length != 0,
        "right",
        right.length,
        "one for each of %s images, at least one",
        similarities.length);
    Check.that(k >= 1, "k", k, "≥ 1");
    int hits = 0;
    for (int i = 0; i < right.length; i++) {
      int better = 0;
      for (int j = 0; j < similarities[i].length; j++) {
        if (j != right[i] && similarities[i][j] >= similarities[i][right[i]]) {
          better++;
        }
      }
      if (better < k) {
        hits++;
      }
    }
    return (double) hits / right.length;
  }

  private static <A, B> List<B> chunked(
      List<A> all, java.util.function.Function<List<A>, List<B>> encode) {
    List<B> results = new ArrayList<>(all.size());
    for (int i = 0; i < all.size(); i += CHUNK) {
      results.addAll(encode.apply(all.subList(i, Math.min(all.size(), i + CHUNK))));
    }
    return results;
  }

  private static float[] normalise(float[] v) {
    double norm = Vectors.length(v);
    float[] unit = new float[v.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (v[i] / Math.max(norm, 1e-12));
    }
    return unit;
  }
}
