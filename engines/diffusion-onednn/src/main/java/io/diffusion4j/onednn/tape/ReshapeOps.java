package io.diffusion4j.onednn.tape;

import io.diffusion4j.onednn.core.DataType;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;

/** Operations on a tape that move numbers without changing them. */
record ReshapeOps(Tape tape) {
  /**
   * Concatenates values on an axis.
   *
   * @param parts values of one number format
   * @param inner for each value, the length of its contiguous runs in the result
   * @param h height of the result
   * @param w width of the result
   * @param c channels of the result
   */
  Activation concat(List<Activation> parts, List<Integer> inner, int h, int w, int c) {
    var kernels = tape.kernels();
    boolean isDifferentiable = parts.stream().anyMatch(Activation::isDifferentiable);
    var first = parts.get(0);
    var y = tape.value(first.type(), first.samples(), h, w, c, isDifferentiable);
    long stride = inner.stream().mapToLong(Integer::longValue).sum();
    long from = 0;
    for (int i = 0; i < parts.size(); i++) {
      var x = parts.get(i);
      long[] dims = {x.size() / inner.get(i), inner.get(i)};
      var dense = kernels.dense(x.type(), dims);
      move(x, dense, 0, y, kernels.strided(y.type(), dims, stride, 1), from);
      from += inner.get(i);
    }
    return y;
  }

  /**
   * Slices each run of numbers.
   *
   * @param h height of the result
   * @param w width of the result
   * @param c channels of the result
   */
  Activation slice(Activation x, int stretch, int begin, int size, int h, int w, int c) {
    var kernels = tape.kernels();
    var y = tape.value(x.type(), x.samples(), h, w, c, x.isDifferentiable());
    long[] dims = {x.size() / stretch, size};
    var view = kernels.strided(x.type(), dims, stretch, 1);
    move(x, view, begin, y, kernels.dense(y.type(), dims), 0);
    return y;
  }

  /**
   * Moves axes.
   *
   * @param dims the sizes of the result, samples first
   * @param strides the distance in x between neighbours on each axis of the result
   * @param h height of the result
   * @param w width of the result
   * @param c channels of the result
   */
  Activation permuted(Activation x, long[] dims, long[] strides, int h, int w, int c) {
    var kernels = tape.kernels();
    var y = tape.value(x.type(), x.samples(), h, w, c, x.isDifferentiable());
    move(x, kernels.strided(x.type(), dims, strides), 0, y, kernels.dense(y.type(), dims), 0);
    return y;
  }

  /** Splits a vector into tokens: channel {@code c·parts + p} becomes channel c of token p. */
  Activation deal(Activation x, int parts, DataType to) {
    var kernels = tape.kernels();
    int width = x.channels() / parts;
    var y = tape.value(to, x.samples(), 1, parts, width, x.isDifferentiable());
    long[] dims = {x.samples(), parts, width};
    var view = kernels.strided(x.type(), dims, x.channels(), 1, parts);
    move(x, view, 0, y, kernels.dense(to, dims), 0);
    return y;
  }

  /** Converts numbers to another format. */
  Activation cast(Activation x, DataType to) {
    if (x.type() == to) {
      return x;
    }
    var y = x.like(to, x.channels(), x.isDifferentiable());
    move(x, x.matrix(), 0, y, y.matrix(), 0);
    return y;
  }

  /** Copies a view of x to a view of y, and the gradients back. */
  private void move(
      Activation x,
      dnnl_memory_desc ofX,
      long fromX,
      Activation y,
      dnnl_memory_desc ofY,
      long toY) {
    var kernels = tape.kernels();
    tape.forward(kernels.copy(x.as(ofX, fromX), y.as(ofY, toY)));
    boolean isAll = x.size() <= y.size();
    tape.derivative(
        y,
        () ->
            tape.contribute(
                x,
                dx -> {
                  if (!isAll) {
                    tape.backward(List.of(dx.buffer()), stream -> dx.clear());
                  }
                  tape.backward(kernels.copy(y.gradient().as(ofY, toY), dx.as(ofX, fromX)));
                }));
  }
}
