package io.diffusion4j.tf;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one run of a network is fed, as heap arrays by input name. Filled by one thread, read by
 * another after it was handed over.
 */
public final class Batch {
  private final int rows;
  private final Map<String, Object> values = new LinkedHashMap<>();

  /**
   * An empty batch.
   *
   * @param rows the number of samples, at least 1
   */
  public Batch(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows: " + rows + " (expected: ≥ 1)");
    }
    this.rows = rows;
  }

  /** Sets an input of numbers, row-major with the batch first; the array is not copied. */
  public Batch floats(String name, float[] rowMajor) {
    values.put(name, rowMajor);
    return this;
  }

  /** Sets an input of integers, row-major with the batch first; the array is not copied. */
  public Batch ints(String name, int[] rowMajor) {
    values.put(name, rowMajor);
    return this;
  }

  public int rows() {
    return rows;
  }

  Map<String, Object> values() {
    return values;
  }
}
