package io.diffusion4j.nn;

import java.util.List;

/**
 * A symbolic value of a network definition. It contains no numbers, only the node that computes the
 * value, its shape, and the role in which it is read.
 *
 * @param node the index of the node in {@link Network#nodes()}
 * @param shape the size of each axis; {@link #BATCH} where it is the size of the batch
 * @param role the kind of its numbers
 */
public record Tensor(int node, List<Long> shape, Role role) {
  /** The size of an axis that is as long as the batch, which is unknown until the network runs. */
  public static final long BATCH = -1;

  /** The kind of numbers of a tensor. */
  public enum Role {
    /** Integers, such as the ids of tokens. */
    INTEGERS,
    /** Numbers in float32, whatever precision the engine computes in. */
    NUMBERS,
    /** Numbers in the precision that the engine computes in. */
    ACTIVATIONS
  }

  public Tensor {
    shape = List.copyOf(shape);
  }

  /** Returns the number of axes. */
  public int rank() {
    return shape.size();
  }

  /** Returns the size of an axis. */
  public long size(int axis) {
    return shape.get(axis);
  }

  /** Returns the size of the last axis. */
  public long last() {
    return shape.get(rank() - 1);
  }

  /** Whether the first axis, and no other, is the batch's. */
  public boolean hasRows() {
    return !shape.isEmpty() && shape.get(0) == BATCH && shape.lastIndexOf(BATCH) == 0;
  }

  /**
   * Returns the shape without its first axis: that of one sample, if the first axis is the batch's.
   */
  public List<Long> sample() {
    return shape.subList(1, rank());
  }

  /** Returns the number of values of one sample. */
  public long sampleSize() {
    return sample().stream().reduce(1L, Math::multiplyExact);
  }

  /** Returns the shape for a batch of this size. */
  public long[] shape(int rows) {
    return shape.stream().mapToLong(size -> size == BATCH ? rows : size).toArray();
  }

  /** Returns the same value, read in another role. */
  Tensor as(Role other) {
    return new Tensor(node, shape, other);
  }
}
