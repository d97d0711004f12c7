package io.diffusion4j.nn.weights;

import java.util.SplittableRandom;

/** The initial values of a parameter. */
@FunctionalInterface
public interface Init {
  Init ZEROS = (shape, random) -> new float[size(shape)];
  Init ONES = constant(1);

  /**
   * PyTorch's default for dense and convolution weights: U(±1/√fan_in), where fan_in is the product
   * of all axes but the first.
   */
  Init FAN_IN =
      (shape, random) -> {
        long fanIn = 1;
        for (int i = 1; i < shape.length; i++) {
          fanIn *= shape[i];
        }
        return uniform(shape, 1 / Math.sqrt((double) fanIn), random);
      };

  /**
   * Draws the initial values.
   *
   * @param shape the parameter's shape in checkpoints
   * @param random a generator of this parameter's own
   * @return values in the checkpoint's axis order
   */
  float[] values(long[] shape, SplittableRandom random);

  static Init constant(double value) {
    return (shape, random) -> {
      float[] values = new float[size(shape)];
      java.util.Arrays.fill(values, (float) value);
      return values;
    };
  }

  /** Returns an initialiser with N(0, std²). */
  static Init normal(double std) {
    return (shape, random) -> {
      float[] values = new float[size(shape)];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (std * random.nextGaussian());
      }
      return values;
    };
  }

  /** Returns an initialiser with U(−bound, bound). */
  static Init uniform(double bound) {
    return (shape, random) -> uniform(shape, bound, random);
  }

  private static float[] uniform(long[] shape, double bound, SplittableRandom random) {
    float[] values = new float[size(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
    return values;
  }

  private static int size(long[] shape) {
    long size = 1;
    for (long n : shape) {
      size *= n;
    }
    return Math.toIntExact(size);
  }
}
