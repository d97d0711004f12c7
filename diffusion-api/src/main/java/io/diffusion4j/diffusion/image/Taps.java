package io.diffusion4j.diffusion.image;

/**
 * Resampling of one axis: output {@code from + i} is the weighted sum of the inputs from {@code
 * first[i]} on.
 *
 * @param first the first input each output draws on
 * @param weights the weights of that input and those that follow; they sum to 1
 */
@SuppressWarnings("ArrayRecordComponent") // a private table, never compared
record Taps(int[] first, double[][] weights) {

  /** Returns the number of outputs. */
  int size() {
    return first.length;
  }

  /** Returns the first input that any output reads. */
  int begin() {
    int begin = Integer.MAX_VALUE;
    for (int f : first) {
      begin = Math.min(begin, f);
    }
    return begin;
  }

  /** Returns the end, exclusive, of the inputs that any output reads. */
  int end() {
    int end = 0;
    for (int i = 0; i < size(); i++) {
      end = Math.max(end, first[i] + weights[i].length);
    }
    return end;
  }

  /** A filter that is stretched by the factor when reducing. */
  enum Filter {
    /** The cubic convolution of Keys (1981) with a = −1/2. */
    BICUBIC(2) {
      @Override
      double at(double distance) {
        return keys(distance);
      }
    },
    /** The sinc, windowed by its own main lobe stretched three times. */
    LANCZOS(3) {
      @Override
      double at(double distance) {
        return Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0;
      }
    };

    private final double support;

    Filter(double support) {
      this.support = support;
    }

    abstract double at(double distance);
  }

  /** Returns the cubic convolution of Keys (1981) over the whole axis, for some of the outputs. */
  static Taps bicubic(int in, int out, int from, int count) {
    return filtered(Filter.BICUBIC, in, in, out, from, count);
  }

  /**
   * Returns a filter's taps, those outside the image dropped and the rest renormalised.
   *
   * @param in how many inputs there are
   * @param box how much of the axis, from its beginning, becomes the outputs, at most {@code in}
   * @param out how many outputs that are
   */
  static Taps filtered(Filter filter, int in, double box, int out) {
    return filtered(filter, in, box, out, 0, out);
  }

  private static Taps filtered(Filter filter, int in, double box, int out, int from, int count) {
    double scale = box / out;
    double stretch = Math.max(scale, 1);
    double support = filter.support * stretch;
    int[] first = new int[count];
    double[][] weights = new double[count][];
    for (int i = 0; i < count; i++) {
      double centre = (from + i + 0.5) * scale;
      int begin = Math.max((int) (centre - support + 0.5), 0);
      int end = Math.min((int) (centre + support + 0.5), in);
      double[] w = new double[end - begin];
      double sum = 0;
      for (int k = 0; k < w.length; k++) {
        w[k] = filter.at((begin + k - centre + 0.5) / stretch);
        sum += w[k];
      }
      for (int k = 0; k < w.length; k++) {
        w[k] /= sum;
      }
      first[i] = begin;
      weights[i] = w;
    }
    return new Taps(first, weights);
  }

  private static double sinc(double x) {
    double angle = x * Math.PI;
    return x == 0 ? 1 : StrictMath.sin(angle) / angle;
  }

  private static double keys(double distance) {
    double x = Math.abs(distance);
    if (x < 1) {
      return (1.5 * x - 2.5) * x * x + 1;
    }
    return x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0;
  }

  /**
   * Returns taps between the two nearest pixel centres; beyond the outermost centres, the outermost
   * pixel.
   */
  static Taps bilinear(int in, int out) {
    double scale = (double) in / out;
    int[] first = new int[out];
    double[][] weights = new double[out][];
    for (int i = 0; i < out; i++) {
      double at = Math.min(Math.max((i + 0.5) * scale - 0.5, 0), in - 1);
      first[i] = (int) at;
      double past = at - first[i];
      weights[i] = past == 0 ? new double[] {1} : new double[] {1 - past, past};
    }
    return new Taps(first, weights);
  }

  /** Returns the mean over the interval that an output pixel covers. */
  static Taps area(int in, int out) {
    int[] first = new int[out];
    double[][] weights = new double[out][];
    for (int i = 0; i < out; i++) {
      // In units in which an input pixel is `out` long and an output pixel `in`: exact.
      long begin = (long) i * in;
      long end = begin + in;
      first[i] = (int) (begin / out);
      double[] w = new double[(int) ((end + out - 1) / out) - first[i]];
      for (int k = 0; k < w.length; k++) {
        long pixel = (long) (first[i] + k) * out;
        w[k] = (double) (Math.min(end, pixel + out) - Math.max(begin, pixel)) / in;
      }
      weights[i] = w;
    }
    return new Taps(first, weights);
  }
}
