package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Curve;
import io.diffusion4j.onednn.core.View;

/** What a primitive does to its result before it is written. */
sealed interface PostOp {
  /** A function of the result. */
  record Apply(Curve curve) implements PostOp {}

  /** A constant factor. */
  record Scale(float factor) implements PostOp {}

  /** Adds what is seen here, a size of 1 counting for the whole axis. */
  record Add(View view) implements PostOp {}

  /** The same of a whole layer, before it is divided into parts. */
  sealed interface Pending {
    /** A function of the result. */
    record Apply(Curve curve) implements Pending {}

    /** Adds a value of the same size, or one for each channel. */
    record Add(Value value) implements Pending {}
  }
}
