package io.diffusion4j.nn.reference;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The indices of a smaller shape's values for each value of the shape that it broadcasts to. */
final class BroadcastIndices {
  private final Map<List<List<Integer>>, int[]> known = new HashMap<>();

  /** Returns the index of the value of {@code from} for each value of {@code to}, row-major. */
  int[] index(int[] from, int[] to) {
    return known.computeIfAbsent(List.of(list(from), list(to)), key -> compute(from, to));
  }

  private static List<Integer> list(int[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  private static int[] compute(int[] from, int[] to) {
    int size = 1;
    for (int n : to) {
      size *= n;
    }
    int[] index = new int[size];
    int step = 1; // of the present axis in from
    int block = 1; // values of to in the axes after it
    for (int back = 1; back <= to.length; back++) {
      int n = to[to.length - back];
      int own = back <= from.length ? from[from.length - back] : 1;
      if (own > 1) {
        for (int i = 0; i < size; i++) {
          index[i] += i / block % n * step;
        }
        step *= own;
      }
      block *= n;
    }
    return index;
  }
}
