package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** What the spacings share. */
final class Spacings {
  private Spacings() {}

  static void check(int trainSteps, int n) {
    Check.that(trainSteps >= 1, "trainSteps", trainSteps, "≥ 1");
    Check.that(n >= 1 && n <= trainSteps, "steps", n, "in [1, %s]", trainSteps);
  }

  /** The n values of {@code at}, rounded half to even as Python and NumPy do. */
  static List<Integer> round(int n, IntToDoubleFunction at) {
    List<Integer> values = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      values.add((int) Math.rint(at.applyAsDouble(i)));
    }
    return values;
  }

  /** Timesteps from the ascending values. */
  static Timesteps descending(List<Integer> ascending) {
    List<Integer> values = new ArrayList<>(ascending);
    Collections.reverse(values);
    return new Timesteps(values);
  }
}
