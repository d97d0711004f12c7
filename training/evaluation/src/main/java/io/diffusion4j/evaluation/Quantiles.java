package io.diffusion4j.evaluation;

import java.util.Arrays;

/** The least, the middle and the largest of some numbers; the middle of none is 0. */
public record Quantiles(long least, long median, long most) {
  static Quantiles of(long[] values) {
    if (values.length == 0) {
      return new Quantiles(0, 0, 0);
    }
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Quantiles(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
  }
}
