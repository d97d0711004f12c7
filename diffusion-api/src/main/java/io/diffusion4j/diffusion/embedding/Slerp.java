package io.diffusion4j.diffusion.embedding;

import static java.lang.Math.acos;
import static java.lang.Math.cos;
import static java.lang.Math.sin;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;

/** Spherical linear interpolation (Shoemake 1985): along the great circle, not through the ball. */
public final class Slerp {
  /** Below this sine of the angle the formula has no precision. */
  private static final double PARALLEL = 1e-6;

  private Slerp() {}

  /**
   * Returns the vector (sin((1−r)·ω)·a + sin(r·ω)·b)/sin ω, where ω is the angle between a and b.
   *
   * <p>The angle changes at a constant rate, and vectors of equal length keep that length. Vectors
   * with the same direction, or with none, are mixed linearly. Between opposite vectors it takes
   * the half circle over the axis farthest from them, the first of several.
   *
   * @param ratio r, in [0, 1]; 0 is a, 1 is b
   * @return a new array
   */
  public static float[] between(float[] a, float[] b, double ratio) {
    Check.that(a.length == b.length, "b", b.length + " values", "%s, as a's", a.length);
    Check.share("ratio", ratio);
    if (ratio == 0) {
      return a.clone();
    }
    if (ratio == 1) {
      return b.clone();
    }
    double lengths = Vectors.length(a) * Vectors.length(b);
    double cosine = lengths == 0 ? 1 : Math.max(-1, Math.min(1, Vectors.dot(a, b) / lengths));
    double omega = acos(cosine);
    if (sin(omega) > PARALLEL) {
      return mix(sin((1 - ratio) * omega) / sin(omega), a, sin(ratio * omega) / sin(omega), b);
    }
    return cosine > 0 ? mix(1 - ratio, a, ratio, b) : overTheAxis(a, b, ratio);
  }

  /** Makes half a turn from a to −a, while the length changes linearly. */
  private static float[] overTheAxis(float[] a, float[] b, double ratio) {
    double from = Vectors.length(a);
    double to = Vectors.length(b);
    int axis = 0;
    for (int i = 1; i < a.length; i++) {
      if (Math.abs(a[i]) < Math.abs(a[axis])) {
        axis = i;
      }
    }
    double along = a[axis] / from;
    double rest = sqrt(1 - along * along); // of the axis, at right angles to a
    double length = (1 - ratio) * from + ratio * to;
    float[] turned = new float[a.length];
    for (int i = 0; i < turned.length; i++) {
      double unit = a[i] / from;
      double across = ((i == axis ? 1 : 0) - along * unit) / rest;
      turned[i] = (float) (length * (cos(ratio * Math.PI) * unit + sin(ratio * Math.PI) * across));
    }
    return turned;
  }

  private static float[] mix(double ofA, float[] a, double ofB, float[] b) {
    float[] mixed = new float[a.length];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = (float) (ofA * a[i] + ofB * b[i]);
    }
    return mixed;
  }
}
