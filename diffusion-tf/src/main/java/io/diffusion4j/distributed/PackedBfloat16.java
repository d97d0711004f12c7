package io.diffusion4j.distributed;

import io.diffusion4j.checkpoint.Float16Codec;
import java.nio.IntBuffer;

/**
 * Numbers in bfloat16, two in 32 bits: above one of the first half of the numbers, and below it
 * that of the same place in the second half. Loops over such pairs are vectorised, which those over
 * arrays of 16 bits are not.
 */
final class PackedBfloat16 {
  private static final int UPPER = 0xffff_0000;

  /** The number of pairs processed at a time, which fit the first-level cache. */
  private static final int BLOCK = 1024;

  private PackedBfloat16() {}

  /** Returns the number of pairs. */
  static int pairs(int count) {
    return (count + 1) / 2;
  }

  /** Allocates numbers in float32, of which twice as many as pairs are there. */
  static Eager.Numbers allocate(int count) {
    int even = 2 * pairs(count);
    var numbers = Eager.Numbers.allocate(even);
    numbers.floats().put(even - 1, 0); // is beyond an odd count
    return numbers;
  }

  /**
   * Rounds numbers to the nearest bfloat16.
   *
   * @param numbers twice as many as pairs
   * @param halves receives the pairs
   */
  static void pack(Eager.Numbers numbers, IntBuffer halves) {
    int pairs = halves.limit();
    int[] above = new int[BLOCK];
    int[] below = new int[BLOCK];
    for (int at = 0; at < pairs; at += BLOCK) {
      int count = Math.min(BLOCK, pairs - at);
      numbers.bits().get(at, above, 0, count);
      numbers.bits().get(pairs + at, below, 0, count);
      for (int i = 0; i < count; i++) {
        above[i] = Float16Codec.nearestBFloat16(above[i]);
      }
      for (int i = 0; i < count; i++) {
        below[i] = Float16Codec.nearestBFloat16(below[i]);
      }
      for (int i = 0; i < count; i++) {
        above[i] |= below[i] >>> 16;
      }
      halves.put(at, above, 0, count);
    }
  }

  /**
   * Widens numbers to float32.
   *
   * @param halves the pairs
   * @param numbers receives twice as many numbers
   */
  static void unpack(IntBuffer halves, Eager.Numbers numbers) {
    int pairs = halves.limit();
    int[] packed = new int[BLOCK];
    int[] wide = new int[BLOCK];
    for (int at = 0; at < pairs; at += BLOCK) {
      int count = Math.min(BLOCK, pairs - at);
      halves.get(at, packed, 0, count);
      above(packed, wide, count);
      numbers.bits().put(at, wide, 0, count);
      below(packed, wide, count);
      numbers.bits().put(pairs + at, wide, 0, count);
    }
  }

  /**
   * Adds numbers in float32.
   *
   * @param first the pairs of the first summands
   * @param second the pairs of the others
   * @param sums receives twice as many sums
   */
  static void add(IntBuffer first, IntBuffer second, Eager.Numbers sums) {
    int pairs = first.limit();
    int[] a = new int[BLOCK];
    int[] b = new int[BLOCK];
    int[] wide = new int[BLOCK];
    float[] x = new float[BLOCK];
    float[] sumsAbove = new float[BLOCK];
    float[] sumsBelow = new float[BLOCK];
    for (int at = 0; at < pairs; at += BLOCK) {
      int count = Math.min(BLOCK, pairs - at);
      first.get(at, a, 0, count);
      second.get(at, b, 0, count);
      above(a, wide, count);
      floats(wide, sums, at, count, sumsAbove);
      above(b, wide, count);
      floats(wide, sums, at, count, x);
      add(sumsAbove, x, count);
      below(a, wide, count);
      floats(wide, sums, at, count, sumsBelow);
      below(b, wide, count);
      floats(wide, sums, at, count, x);
      add(sumsBelow, x, count);
      sums.floats().put(at, sumsAbove, 0, count);
      sums.floats().put(pairs + at, sumsBelow, 0, count);
    }
  }

  private static void above(int[] packed, int[] wide, int count) {
    for (int i = 0; i < count; i++) {
      wide[i] = packed[i] & UPPER;
    }
  }

  private static void below(int[] packed, int[] wide, int count) {
    for (int i = 0; i < count; i++) {
      wide[i] = packed[i] << 16;
    }
  }

  /** Reads bits as floats, by way of the memory of the sums. */
  private static void floats(int[] bits, Eager.Numbers by, int at, int count, float[] into) {
    by.bits().put(at, bits, 0, count);
    by.floats().get(at, into, 0, count);
  }

  private static void add(float[] sums, float[] x, int count) {
    for (int i = 0; i < count; i++) {
      sums[i] += x[i];
    }
  }
}
