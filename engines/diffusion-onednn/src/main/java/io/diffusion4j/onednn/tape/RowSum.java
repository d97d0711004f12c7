package io.diffusion4j.onednn.tape;

import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Operand;
import io.diffusion4j.onednn.core.PostOps;

/** Sums rows of a matrix in float32, as a product with a row of ones. */
final class RowSum {
  private final TapeKernels kernels;
  private final Operand ones;

  RowSum(Tape tape, DataType type, int rows) {
    kernels = tape.kernels();
    ones = tape.ones(type, rows).as(kernels.dense(type, 1, rows));
  }

  Kernel of(Operand x, Operand sum) {
    return of(x, sum, PostOps.NOTHING);
  }

  /** Creates a sum with post-operations. */
  Kernel of(Operand x, Operand sum, PostOps after) {
    return kernels.product(ones, x, sum, after);
  }
}
