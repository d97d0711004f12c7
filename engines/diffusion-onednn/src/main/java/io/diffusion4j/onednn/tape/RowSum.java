package io.diffusion4j.onednn.tape;

import io.diffusion4j.onednn.core.After;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Operand;

/** Sums rows of a matrix in float32, as a product with a row of ones. */
final class RowSum {
  private final Kernels kernels;
  private final Operand ones;

  RowSum(Tape tape, DataType type, int rows) {
    kernels = tape.kernels();
    ones = tape.ones(type, rows).as(kernels.dense(type, 1, rows));
  }

  Kernel of(Operand x, Operand sum) {
    return of(x, sum, After.NOTHING);
  }

  /** Creates a sum with post-operations. */
  Kernel of(Operand x, Operand sum, After after) {
    return kernels.product(ones, x, sum, after);
  }
}
