package io.diffusion4j.nn;

/** Numbers in the two widths that Java has. */
public final class Numbers {
  private Numbers() {}

  /** Returns the values in double precision. */
  public static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  /** Returns the integers as floats. */
  public static float[] floats(int[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values[i];
    }
    return floats;
  }

  /** Returns the values rounded to floats. */
  public static float[] narrow(double[] values) {
    float[] narrow = new float[values.length];
    narrow(values, narrow);
    return narrow;
  }

  /** Rounds values to floats, into an array of the same length. */
  public static void narrow(double[] values, float[] into) {
    for (int i = 0; i < into.length; i++) {
      into[i] = (float) values[i];
    }
  }
}
