package io.diffusion4j.nn.train.group;

import java.util.Arrays;

/**
 * Sums numbers over processes, in the order of {@link Round}. All processes get the same bits.
 *
 * <p>Use it through a {@link Group}, which adds operations derived from sums.
 */
public interface AllReduce extends AutoCloseable {
  /** Returns the number of this process, from 0. */
  int rank();

  /** Returns the number of processes, at least 1. */
  int size();

  /**
   * Allocates memory for numbers to be summed. All processes allocate buffers of the same sizes and
   * formats in the same order.
   *
   * @param wire the format in which the numbers travel
   */
  Buffer buffer(int count, Wire wire);

  /** Allocates memory for numbers to be summed as they are. */
  default Buffer buffer(int count) {
    return buffer(count, Wire.FLOAT32);
  }

  /**
   * Allocates memory for sums that each belong to one process, which alone needs them. Those of a
   * process follow those of the processes before it. Each process puts its summands of all; after
   * {@link Buffer#sum}, it may get only what belongs to it, with the same bits as from {@link
   * #buffer(int, Wire)}.
   *
   * @param counts how many sums each process has, the same in all processes
   * @param wire the format in which the numbers travel
   */
  default Buffer reduced(int[] counts, Wire wire) {
    return buffer(Arrays.stream(counts).sum(), wire);
  }

  /**
   * Allocates memory for numbers that each belong to one process, whose numbers {@link Buffer#sum}
   * hands to all. Those of a process follow those of the processes before it. It needs to put only
   * its own; others that it puts are ignored.
   *
   * @param counts how many numbers each process has, the same in all processes
   * @param wire the format in which the numbers travel; numbers that it represents arrive as they
   *     are, others rounded, also in the process that they belong to
   */
  default Buffer gathered(int[] counts, Wire wire) {
    return OwnNumbers.of(this, counts, wire);
  }

  /** Leaves the group; to be called by all processes, after their last sum. */
  @Override
  void close();

  /**
   * Numbers to be summed. Several threads may put or get ranges that do not overlap.
   *
   * <p>The sums replace the numbers, so numbers must be put again before the next sum.
   */
  interface Buffer extends AutoCloseable {
    /** Returns the number of numbers. */
    int count();

    /** Sets some of this process's numbers. */
    void put(int at, float[] values, int from, int count);

    /**
     * Sums over all processes.
     *
     * @throws PeerLostException if one of them is lost
     */
    void sum();

    /** Reads some of the last sums. */
    void get(int at, float[] into, int from, int count);

    /** Frees the memory. */
    @Override
    void close();
  }
}
