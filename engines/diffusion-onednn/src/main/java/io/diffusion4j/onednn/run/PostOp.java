package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Curve;
import io.diffusion4j.onednn.core.View;

/** An operation that a primitive applies to its result before writing it. */
sealed interface PostOp {
  /** A function of the result. */
  record Apply(Curve curve) implements PostOp {}

  /** A multiplication by a constant. */
  record Scale(float factor) implements PostOp {}

  /** The addition of a view, broadcast along axes of size 1. */
  record Add(View view) implements PostOp {}

  /** The operation of a whole layer, before the division into parts. */
  sealed interface Pending {
    /** A function of the result. */
    record Apply(Curve curve) implements Pending {}

    /** The addition of a value of the same size, or of one number per channel. */
    record Add(LayerValue value) implements Pending {}
  }
}
