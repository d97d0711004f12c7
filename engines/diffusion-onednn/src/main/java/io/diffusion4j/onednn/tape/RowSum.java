package io.diffusion4j.onednn.tape;

import io.diffusion4j.onednn.core.After;
import io.diffusion4j.onednn.core.DataType;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;

/** Sums rows of a matrix in float32, as a product with a row of ones. */
final class RowSum {
  private final Kernels kernels;
  private final dnnl_memory_desc row;
  private final dnnl_memory ones;

  RowSum(Tape tape, DataType type, int rows) {
    kernels = tape.kernels();
    row = kernels.dense(type, 1, rows);
    ones = tape.ones(type, rows).as(row);
  }

  Kernel of(dnnl_memory_desc matrix, dnnl_memory x, dnnl_memory_desc result, dnnl_memory sum) {
    return of(matrix, x, result, sum, After.NOTHING);
  }

  /** Creates a sum with post-operations. */
  Kernel of(
      dnnl_memory_desc matrix,
      dnnl_memory x,
      dnnl_memory_desc result,
      dnnl_memory sum,
      After after) {
    return kernels.product(row, ones, matrix, x, result, sum, after);
  }
}
