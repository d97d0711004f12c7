package io.diffusion4j.nn.exact;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** The values of a network for one sample, whose arrays are used again. Owned by one thread. */
final class Values {
  private final int[] counts;
  private final Map<Integer, float[]> arrays = new HashMap<>();
  private final Map<Integer, Float> sizes = new HashMap<>();
  private final Map<Integer, float[]> limbs = new HashMap<>();
  private final Map<Integer, Deque<float[]>> free = new HashMap<>();

  /** Creates values that are not computed yet, given the number of elements of each. */
  Values(int[] counts) {
    this.counts = counts;
  }

  /** Returns a value. */
  float[] get(int node) {
    return Objects.requireNonNull(arrays.get(node));
  }

  /** Returns an array for a value, with any content. */
  float[] make(int node) {
    float[] made = take(counts[node]);
    arrays.put(node, made);
    return made;
  }

  /** Sets a value that is the same for all samples, and is never released. */
  void set(int node, float[] value) {
    arrays.put(node, value);
  }

  /** Returns the largest absolute value, which several layers may need. */
  float size(int node, Crew crew) {
    return sizes.computeIfAbsent(
        node,
        n -> {
          float[] x = get(n);
          var largest = new AtomicInteger(); // the bits of a float, in whose order NaN comes last
          crew.divide(
              x.length,
              1,
              (begin, end) ->
                  largest.accumulateAndGet(
                      Float.floatToIntBits(Quantised.size(x, begin, end)), Math::max));
          return Float.intBitsToFloat(largest.get());
        });
  }

  /** Returns the two limbs of a value, which several layers may read: all high, then all low. */
  float[] limbs(int node, float scale, Crew crew) {
    return limbs.computeIfAbsent(
        node,
        n -> {
          float[] x = get(n);
          float[] to = take(2 * x.length);
          crew.divide(
              x.length,
              1,
              (begin, end) -> Quantised.split(x, begin, end, 1 / scale, to, begin, x.length));
          return to;
        });
  }

  /** Releases a value that no other layer reads. */
  void release(int node) {
    sizes.remove(node);
    float[] integers = limbs.remove(node);
    if (integers != null) {
      give(integers);
    }
    float[] value = arrays.remove(node);
    if (value != null) {
      give(value);
    }
  }

  /** Returns an array of this length with any content, to be {@linkplain #give given back}. */
  float[] take(int length) {
    Deque<float[]> known = free.get(length);
    return known == null || known.isEmpty() ? new float[length] : known.pop();
  }

  /** Takes an array back. */
  void give(float[] array) {
    free.computeIfAbsent(array.length, k -> new ArrayDeque<>()).push(array);
  }

  /** Forgets the values of a sample that failed. */
  void clear() {
    arrays.clear();
    sizes.clear();
    limbs.clear();
  }
}
