package io.diffusion4j.nn;

import io.diffusion4j.diffusion.argument.Check;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * The inputs of one run of a network, as heap arrays by name. One thread fills it, and another
 * reads it after the hand-over.
 */
public final class Batch {
  private final int rows;
  private final int form;
  private final Map<String, Object> values = new LinkedHashMap<>();

  /**
   * Creates an empty batch.
   *
   * @param rows the number of samples, at least 1
   */
  public Batch(int rows) {
    this(rows, 0);
  }

  /**
   * Creates an empty batch of one of the forms of an objective.
   *
   * @param form the index of the form, from 0
   */
  public Batch(int rows, int form) {
    Check.that(rows >= 1, "rows", rows, "≥ 1");
    this.rows = rows;
    this.form = form;
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

  /** Returns the number of rows. */
  public int rows() {
    return rows;
  }

  /** Returns the form of the objective that it is for; 0 if there is one only. */
  public int form() {
    return form;
  }

  Map<String, Object> values() {
    return values;
  }

  /** Returns a batch with some of the inputs, which share their arrays with this one. */
  public Batch only(Set<String> names) {
    var part = new Batch(rows, form);
    names.forEach(name -> part.values.put(name, value(name)));
    return part;
  }

  /** Returns a checksum of all inputs, the same in every process. */
  public long checksum() {
    var sum = new CRC32C();
    sum.update(form);
    values.forEach(
        (name, all) -> {
          sum.update(name.getBytes(StandardCharsets.UTF_8));
          int count = all instanceof float[] floats ? floats.length : ((int[]) all).length;
          var bytes = ByteBuffer.allocate(Math.multiplyExact(count, Float.BYTES));
          if (all instanceof float[] floats) {
            bytes.asFloatBuffer().put(floats);
          } else {
            bytes.asIntBuffer().put((int[]) all);
          }
          sum.update(bytes);
        });
    return sum.getValue();
  }

  /**
   * Returns some of the rows, as a copy.
   *
   * @param from the first row
   * @param to the row after the last
   */
  public Batch rows(int from, int to) {
    boolean isWithin = from >= 0 && from < to && to <= rows;
    Check.that(isWithin, "rows", from + " to " + to, "some of %s", rows);
    var part = new Batch(to - from, form);
    values.forEach(
        (name, all) -> {
          if (all instanceof float[] floats) {
            int size = floats.length / rows;
            part.floats(name, Arrays.copyOfRange(floats, from * size, to * size));
          } else if (all instanceof int[] ints) {
            int size = ints.length / rows;
            part.ints(name, Arrays.copyOfRange(ints, from * size, to * size));
          }
        });
    return part;
  }

  /**
   * Checks that these inputs are set and no others.
   *
   * @throws IllegalArgumentException if the batch does not have exactly these
   */
  public void requireOnly(Set<String> names) {
    Check.that(values.keySet().equals(names), "batch", values.keySet(), "%s", names);
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
    return Check.refusal(
        name, given, "%s for %s rows of %s", expected, rows, Arrays.toString(sample));
  }
}
