package io.diffusion4j.data;

import java.util.SplittableRandom;

/**
 * A pseudo-random order of the numbers below a size, with constant time and memory for any place: a
 * Feistel network on the smallest sufficient even number of bits, applied again while the result is
 * too large (cycle walking; Black &amp; Rogaway 2002, §4).
 */
final class Permutation {
  private static final int ROUNDS = 6;

  private final long size;
  private final int halfBits;
  private final long[] keys;

  /**
   * Creates an order.
   *
   * @param size how many numbers, at least 1
   * @param seed the seed of all orders of a training
   * @param number which of them, such as that of the epoch
   */
  Permutation(long size, long seed, long number) {
    if (size < 1) {
      throw new IllegalArgumentException("size: " + size + " (expected: ≥ 1)");
    }
    this.size = size;
    this.halfBits = Math.max(1, (65 - Long.numberOfLeadingZeros(size - 1)) / 2);
    SplittableRandom random = Shuffled.random(seed, number);
    this.keys = random.longs(ROUNDS).toArray();
  }

  /** Returns the number at a place, from 0. */
  long at(long place) {
    if (place < 0 || place >= size) {
      throw new IllegalArgumentException("place: " + place + " (expected: in [0, " + size + "))");
    }
    long x = place;
    do {
      x = scrambled(x);
    } while (x >= size);
    return x;
  }

  private long scrambled(long x) {
    long mask = (1L << halfBits) - 1;
    long left = x >>> halfBits;
    long right = x & mask;
    for (long key : keys) {
      long next = left ^ (new SplittableRandom(key ^ right).nextLong() & mask);
      left = right;
      right = next;
    }
    return left << halfBits | right;
  }
}
