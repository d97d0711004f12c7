package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;

/** Values in equal steps, both ends included, equal to the reference libraries in every bit. */
final class Linspace {
  private Linspace() {}

  /**
   * Returns the values.
   *
   * @param size the size, at least 1; a single one is {@code first}
   */
  static double[] of(double first, double last, int size, TableRounding precision) {
    Check.that(size >= 1, "steps", size, "≥ 1");
    double[] values = new double[size];
    switch (precision) {
      case FLOAT64 -> { // NumPy counts from the first and sets the last
        double step = (last - first) / Math.max(1, size - 1);
        for (int i = 0; i < size; i++) {
          values[i] = i == size - 1 && size > 1 ? last : first + i * step;
        }
      }
      case FLOAT32 -> { // PyTorch counts from the nearer end, in fused multiply-adds
        double start = precision.round(first);
        double end = precision.round(last);
        double step = precision.round(precision.round(end - start) / Math.max(1, size - 1));
        for (int i = 0; i < size; i++) {
          values[i] =
              precision.round(
                  i < size / 2 || size == 1 ? start + step * i : end - step * (size - 1 - i));
        }
      }
    }
    return values;
  }
}
