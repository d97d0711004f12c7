package io.diffusion4j.evaluation.survey;

import java.util.Arrays;

/** The least, the middle and the largest of some numbers; the middle of none is 0. */
public record Spread(long least, long median, long most) {
  static Spread of(long[] values) {
    if (values.length == 0) {
      return new Spread(0, 0, 0);
    }
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Spread(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
  }
}
