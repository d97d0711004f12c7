package io.diffusion4j.onednn.train;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;

import io.diffusion4j.onednn.core.DataType;

/** The sum of two values on a tape. */
record Sum(Tape tape) {
  /** a + b of the same shape. */
  Activation of(Activation a, Activation b) {
    var kernels = tape.kernels();
    var y = tape.resultLike(a);
    var matrix = a.matrix();
    tape.forward(
        kernels.binary(
            dnnl_binary_add,
            matrix,
            a.as(matrix),
            matrix,
            b.as(matrix),
            y.as(matrix),
            After.NOTHING));
    tape.derivative(
        () -> {
          tape.passOn(a, y);
          tape.contribute(
              b,
              db ->
                  tape.backward(
                      kernels.copy(matrix, y.gradient().as(matrix), matrix, db.as(matrix))));
        });
    return y;
  }

  /**
   * Adds a vector to every pixel of a sample.
   *
   * @param vector {@code [n, c]} in float32
   */
  Activation overPixels(Activation x, Activation vector) {
    var kernels = tape.kernels();
    var y = tape.resultLike(x);
    long c = x.channels();
    var one = x.images(1);
    var perChannel = kernels.strided(DataType.FLOAT32, new long[] {1, c, 1, 1}, c, 1, c, c);
    for (int i = 0; i < x.samples(); i++) {
      tape.forward(
          kernels.binary(
              dnnl_binary_add,
              one,
              x.sample(one, i),
              perChannel,
              vector.sample(perChannel, i),
              y.sample(one, i),
              After.NOTHING));
    }
    tape.derivative(
        () -> {
          var dy = y.gradient();
          var sum = new RowSum(tape, x.type(), x.pixels());
          var pixels = kernels.dense(x.type(), x.pixels(), c);
          var row = kernels.dense(DataType.FLOAT32, 1, c);
          tape.contribute(
              vector,
              d -> {
                for (int i = 0; i < x.samples(); i++) {
                  tape.backward(sum.of(pixels, dy.sample(pixels, i), row, d.sample(row, i)));
                }
              });
          tape.passOn(x, y);
        });
    return y;
  }
}
