package io.diffusion4j.onednn.tape;

import io.diffusion4j.onednn.core.DataType;
import org.bytedeco.dnnl.dnnl_memory_desc;

/**
 * a·bᵀ of many matrices on a tape.
 *
 * @param m the rows of a
 * @param n the rows of b
 */
record RowProducts(Tape tape, int m, int n) {
  /**
   * Multiplies.
   *
   * @param h height of the result
   * @param w width of the result
   * @param c channels of the result
   */
  Activation forward(Activation a, Activation b, int h, int w, int c) {
    var kernels = tape.kernels();
    var y = tape.result(a.type(), h, w, c);
    int matrices = y.size() / (m * n);
    int k = a.size() / (matrices * m);
    var ofA = rows(a.type(), matrices, m, k);
    var ofB = rows(b.type(), matrices, n, k);
    var ofY = rows(y.type(), matrices, m, n);
    var columnsOfB = columns(b.type(), matrices, n, k);
    tape.forward(kernels.product(a.as(ofA), b.as(columnsOfB), y.as(ofY)));
    tape.derivative(
        () -> {
          var dy = y.gradient();
          tape.contribute(
              a, da -> tape.backward(kernels.product(dy.as(ofY), b.as(ofB), da.as(ofA))));
          var columnsOfY = columns(y.type(), matrices, m, n);
          tape.contribute(
              b, db -> tape.backward(kernels.product(dy.as(columnsOfY), a.as(ofA), db.as(ofB))));
        });
    return y;
  }

  private dnnl_memory_desc rows(DataType type, long matrices, long rows, long columns) {
    return tape.kernels().dense(type, matrices, rows, columns);
  }

  /** Views matrices transposed. */
  private dnnl_memory_desc columns(DataType type, long matrices, long rows, long columns) {
    return tape.kernels()
        .strided(type, new long[] {matrices, columns, rows}, rows * columns, 1, columns);
  }
}
