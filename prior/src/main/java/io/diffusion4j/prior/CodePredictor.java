package io.diffusion4j.prior;

import io.diffusion4j.diffusion.component.TextEncoding;
import java.util.List;

/**
 * The network of an {@link AutoregressivePrior}: it predicts the next code. Predictions do not
 * depend on the other queries of a call.
 */
@FunctionalInterface
public interface CodePredictor {
  /**
   * The text and the codes so far.
   *
   * @param text the encoded text
   * @param dot the token of its dot product with the image, see {@link DotBuckets}; D for none
   * @param codes {@code [K]}: only codes before the predicted one are used
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Query(TextEncoding text, int dot, int[] codes) {}

  /**
   * Predicts one code of each query, in order.
   *
   * @param code the index of the predicted code, from 0 to K − 1
   * @return {@code [N]} logits for each
   */
  List<float[]> predict(List<Query> queries, int code);
}
