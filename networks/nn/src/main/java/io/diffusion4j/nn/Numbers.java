package io.diffusion4j.nn;

/** Conversions of arrays. */
public final class Numbers {
  private Numbers() {}

  /** Returns the integers as floats. */
  public static float[] floats(int[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values[i];
    }
    return floats;
  }
}
