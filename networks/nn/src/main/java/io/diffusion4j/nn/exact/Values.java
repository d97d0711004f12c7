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
    Deque<float[]> known = free.get(counts[node]);
    float[] made = known == null || known.isEmpty() ? new float[counts[node]] : known.pop();
    arrays.put(node, made);
    return made;
  }

  /** Sets a value that is the same for all samples, and is never released. */
  void set(int node, float[] value) {
    arrays.put(node, value);
  }

  /** Returns the largest absolute value, which several layers may need; NaN if one is. */
  float size(int node, Crew crew) {
    return sizes.computeIfAbsent(
        node,
        n -> {
          float[] x = get(n);
          var largest = new Size();
          crew.divide(x.length, 1, (begin, end) -> largest.enlarge(Quantised.size(x, begin, end)));
          return largest.get();
        });
  }

  /** Sets the largest absolute value, which is known already. */
  void setSize(int node, Size size) {
    sizes.put(node, size.get());
  }

  /** The largest of the sizes that some threads find. */
  static final class Size {
    private final AtomicInteger bits = new AtomicInteger(); // in whose order NaN comes last

    void enlarge(float size) {
      bits.accumulateAndGet(Float.floatToIntBits(size), Math::max);
    }

    private float get() {
      return Float.intBitsToFloat(bits.get());
    }
  }

  /** Releases a value that no other layer reads. */
  void release(int node) {
    sizes.remove(node);
    float[] value = arrays.remove(node);
    if (value != null) {
      free.computeIfAbsent(value.length, k -> new ArrayDeque<>()).push(value);
    }
  }

  /** Forgets the values of a sample that failed. */
  void clear() {
    arrays.clear();
    sizes.clear();
  }
}
