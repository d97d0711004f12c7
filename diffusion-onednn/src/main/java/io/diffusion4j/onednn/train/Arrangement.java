package io.diffusion4j.onednn.train;

import io.diffusion4j.onednn.core.DataType;

/** What moves numbers without changing them, on a tape. */
record Arrangement(Tape tape) {
  /** Two values side by side on the channels. */
  Activation concat(Activation a, Activation b) {
    var y = tape.result(a.type(), a.height(), a.width(), a.channels() + b.channels());
    place(a, y, 0, a.rows(), y.channels());
    place(b, y, a.channels(), b.rows(), y.channels());
    return y;
  }

  /** One sequence after the other. */
  Activation append(Activation a, Activation b) {
    var y = tape.result(a.type(), 1, a.pixels() + b.pixels(), a.channels());
    long sample = (long) y.pixels() * y.channels();
    place(a, y, 0, a.samples(), sample);
    place(b, y, (long) a.pixels() * a.channels(), b.samples(), sample);
    return y;
  }

  /** Some of the channels. */
  Activation slice(Activation x, int begin, int size) {
    var y = tape.result(x.type(), x.height(), x.width(), size);
    var kernels = tape.kernels();
    var view = kernels.strided(x.type(), new long[] {y.rows(), size}, x.channels(), 1);
    var matrix = y.matrix();
    tape.forward(kernels.copy(view, x.as(view, begin), matrix, y.as(matrix)));
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx -> {
                  tape.backward(stream -> dx.clear());
                  tape.backward(
                      kernels.copy(matrix, y.gradient().as(matrix), view, dx.as(view, begin)));
                }));
    return y;
  }

  /** Channel {@code c·parts + p} of a vector becomes channel c of token p. */
  Activation deal(Activation x, int parts, DataType to) {
    var kernels = tape.kernels();
    int width = x.channels() / parts;
    var y = tape.result(to, 1, parts, width);
    long[] dims = {x.samples(), parts, width};
    var view = kernels.strided(x.type(), dims, x.channels(), 1, parts);
    var dense = kernels.dense(to, dims);
    tape.forward(kernels.copy(view, x.as(view), dense, y.as(dense)));
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx ->
                    tape.backward(kernels.copy(dense, y.gradient().as(dense), view, dx.as(view)))));
    return y;
  }

  /** The same numbers in another format. */
  Activation cast(Activation x, DataType to) {
    if (x.type() == to) {
      return x;
    }
    var kernels = tape.kernels();
    var y = tape.result(to, x.height(), x.width(), x.channels());
    tape.forward(kernels.copy(x.matrix(), x.as(x.matrix()), y.matrix(), y.as(y.matrix())));
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx ->
                    tape.backward(
                        kernels.copy(
                            y.matrix(),
                            y.gradient().as(y.matrix()),
                            dx.matrix(),
                            dx.as(dx.matrix())))));
    return y;
  }

  /** Copies x, as so many rows, to its place in the whole, whose rows begin so far apart. */
  private void place(Activation x, Activation whole, long from, int rows, long stride) {
    var kernels = tape.kernels();
    long[] dims = {rows, x.size() / rows};
    var dense = kernels.dense(x.type(), dims);
    var view = kernels.strided(x.type(), dims, stride, 1);
    tape.forward(kernels.copy(dense, x.as(dense), view, whole.as(view, from)));
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx ->
                    tape.backward(
                        kernels.copy(view, whole.gradient().as(view, from), dense, dx.as(dense)))));
  }
}
