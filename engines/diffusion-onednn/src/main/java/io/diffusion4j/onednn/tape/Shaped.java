package io.diffusion4j.onednn.tape;

import io.diffusion4j.onednn.core.Operand;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A value on a tape with all of its axes.
 *
 * @param shape the sizes for the tape's samples
 */
record Shaped(Tape tape, Activation value, List<Long> shape) {
  /** Returns other memory in the same shape. */
  Shaped with(Activation other) {
    return new Shaped(tape, other, shape);
  }

  /** Returns memory of the same shape, without a gradient. */
  Shaped scratch() {
    return with(value.scratch());
  }

  /** Returns the gradient, to be read. */
  Shaped gradient() {
    return with(value.gradient());
  }

  int size() {
    return value.size();
  }

  int rank() {
    return shape.size();
  }

  /** Returns the sizes of this many axes, the first of which are 1 if it has fewer. */
  long[] dims(int rank) {
    List<Long> dims = new ArrayList<>(Collections.nCopies(rank - rank(), 1L));
    dims.addAll(shape);
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  /** Returns the memory as an argument of this many axes. */
  Operand over(int rank) {
    return as(dims(rank));
  }

  /** Returns the memory as an argument, row-major. */
  Operand as(long... dims) {
    return value.as(tape.kernels().dense(value.type(), dims));
  }

  /** Returns the memory as matrices of the last two axes. */
  Operand matrices() {
    return as(size() / (rows() * columns()), rows(), columns());
  }

  /** Returns the memory as matrices of the last two axes, transposed. */
  Operand transposed() {
    long each = rows() * columns();
    long[] dims = {size() / each, columns(), rows()};
    return value.as(tape.kernels().strided(value.type(), dims, each, 1, columns()));
  }

  private long rows() {
    return shape.get(rank() - 2);
  }

  private long columns() {
    return shape.get(rank() - 1);
  }
}
