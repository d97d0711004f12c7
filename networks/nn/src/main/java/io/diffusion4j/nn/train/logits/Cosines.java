package io.diffusion4j.nn.train.logits;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;

/** Cosines of embeddings, as the logits of contrastive losses. */
public final class Cosines {
  private Cosines() {}

  /** Returns rows of length 1: {@code [B, E] → [B, E]}. */
  public static Tensor normalise(Nn nn, Tensor x) {
    var square = nn.reshape(nn.sum(nn.map(Function.SQUARE, x), 1), x.size(0), 1);
    return nn.multiply(x, nn.map(Function.INVERSE_ROOT, nn.add(square, nn.constant(1e-12))));
  }

  /**
   * Returns the scaled cosine of every row of a with every row of b.
   *
   * @param a unit vectors {@code [A, E]}
   * @param b unit vectors {@code [B, E]}
   * @return {@code [A, B]}
   */
  public static Tensor logits(Nn nn, Tensor a, Tensor b, Tensor scale) {
    return nn.multiply(nn.product(a, b), scale);
  }

  /** Returns the scaled cosine of each row of a with the same row of b: {@code [B]}. */
  public static Tensor pairs(Nn nn, Tensor a, Tensor b, Tensor scale) {
    return nn.multiply(nn.sum(nn.multiply(a, b), 1), scale);
  }
}
