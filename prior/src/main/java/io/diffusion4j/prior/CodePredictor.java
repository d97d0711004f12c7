package io.diffusion4j.prior;

import io.diffusion4j.diffusion.part.TextEncoding;
import java.util.List;

/**
 * What an {@link AutoregressivePrior} asks: how likely is each value of the next code? The answers
 * to queries do not depend on each other.
 */
@FunctionalInterface
public interface CodePredictor {
  /**
   * The text and the codes so far.
   *
   * @param text the encoded text
   * @param dot the token of its dot product with the image, see {@link DotBuckets}; D for none
   * @param codes {@code [K]}: those before the one that is asked for are looked at
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Query(TextEncoding text, int dot, int[] codes) {}

  /**
   * Answers each query, in order.
   *
   * @param code which code is asked for, from 0 to K − 1
   * @return {@code [N]} logits for each
   */
  List<float[]> predict(List<Query> queries, int code);
}
