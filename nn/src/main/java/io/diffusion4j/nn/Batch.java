package io.diffusion4j.nn;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The inputs of one run of a network, as heap arrays by name. Filled by one thread, and read by
 * another after the hand-over.
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

  /** Returns a batch with some of the inputs, which share their arrays with this one. */
  public Batch only(Set<String> names) {
    var part = new Batch(rows);
    names.forEach(name -> part.values.put(name, value(name)));
    return part;
  }

  /**
   * Checks that these inputs are set and no others.
   *
   * @throws IllegalArgumentException if the batch does not have exactly these
   */
  public void requireOnly(Set<String> names) {
    if (!values.keySet().equals(names)) {
      throw new IllegalArgumentException(
          "batch: " + values.keySet() + " (expected: " + names + ")");
    }
  }

  /**
   * Returns an input of numbers.
   *
   * @param sample the shape of one sample
   * @throws IllegalArgumentException if the input is not of this shape
   */
  public float[] floats(String name, long... sample) {
    long size = size(sample);
    if (value(name) instanceof float[] floats && floats.length == size) {
      return floats;
    }
    throw misfit(name, size + " floats", sample);
  }

  /**
   * Returns an input of integers.
   *
   * @param sample the shape of one sample
   * @throws IllegalArgumentException if the input is not of this shape
   */
  public int[] ints(String name, long... sample) {
    long size = size(sample);
    if (value(name) instanceof int[] ints && ints.length == size) {
      return ints;
    }
    throw misfit(name, size + " ints", sample);
  }

  private Object value(String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  private long size(long[] sample) {
    return Arrays.stream(sample).reduce(rows, Math::multiplyExact);
  }

  private IllegalArgumentException misfit(String name, String expected, long[] sample) {
    String given =
        value(name) instanceof float[] floats
            ? floats.length + " floats"
            : ((int[]) value(name)).length + " ints";
    return new IllegalArgumentException(
        name
            + ": "
            + given
            + " (expected: "
            + expected
            + " for "
            + rows
            + " rows of "
            + Arrays.toString(sample)
            + ")");
  }
}
