package io.diffusion4j.clip;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;

/** What contrastive losses are made of: unit vectors, and a learned temperature. */
public final class ContrastiveLoss {
  /** The key of the temperature's logarithm. */
  public static final String LOGIT_SCALE = "logit_scale";

  static final double INITIAL = Math.log(1 / 0.07);

  /** The largest factor that CLIP may learn (Radford et al. 2021, §2.5). */
  public static final double LARGEST = 100;

  private ContrastiveLoss() {}

  /** Rows of length 1: {@code [B, E] → [B, E]}. */
  public static Tensor normalise(Nn nn, Tensor x) {
    var square = nn.reshape(nn.sum(nn.map(Function.SQUARE, x), 1), x.size(0), 1);
    return nn.multiply(x, nn.map(Function.INVERSE_ROOT, nn.add(square, nn.constant(1e-12))));
  }

  /** The learned factor of the cosines; its parameter is asked for once. */
  public static Tensor scale(Nn nn, double largest) {
    // Above ln(largest) the clamp stops the gradient too, so the parameter itself stays there.
    var clamped = nn.combine(Operation.MINIMUM, logScale(nn), nn.constant(Math.log(largest)));
    return nn.map(Function.EXP, clamped);
  }

  /** The logarithm of the factor, ln(1/0.07) before training. */
  static Tensor logScale(Nn nn) {
    return nn.parameter(LOGIT_SCALE, Init.constant(INITIAL));
  }

  /**
   * The scaled cosine of every row of a with every row of b.
   *
   * @param a unit vectors {@code [A, E]}
   * @param b unit vectors {@code [B, E]}
   * @return {@code [A, B]}
   */
  public static Tensor logits(Nn nn, Tensor a, Tensor b, Tensor scale) {
    return nn.multiply(nn.product(a, b), scale);
  }
}
