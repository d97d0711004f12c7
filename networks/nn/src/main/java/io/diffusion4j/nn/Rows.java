package io.diffusion4j.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The rows of a batch, in one contiguous array or in one array per row. */
public final class Rows {
  private Rows() {}

  /** Converts true to 1 and false to 0. */
  public static float[] ones(boolean[] mask) {
    float[] values = new float[mask.length];
    for (int i = 0; i < mask.length; i++) {
      values[i] = mask[i] ? 1 : 0;
    }
    return values;
  }

  /** Contiguous rows: the batch of a network from the samples of its callers. */
  public static float[] stack(List<float[]> rows) {
    int size = rows.get(0).length;
    float[] all = new float[rows.size() * size];
    for (int i = 0; i < rows.size(); i++) {
      float[] row = rows.get(i);
      if (row.length != size) {
        throw new IllegalArgumentException(
            "row " + i + ": " + row.length + " values (expected: " + size + ")");
      }
      System.arraycopy(row, 0, all, i * size, size);
    }
    return all;
  }

  /** Returns the rows of a batch. */
  public static List<float[]> unstack(float[] all, int rows) {
    int size = all.length / rows;
    List<float[]> result = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      result.add(Arrays.copyOfRange(all, i * size, (i + 1) * size));
    }
    return result;
  }
}
