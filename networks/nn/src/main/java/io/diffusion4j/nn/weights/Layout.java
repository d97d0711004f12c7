package io.diffusion4j.nn.weights;

/** The axis order of a parameter: PyTorch's in checkpoints, TensorFlow's in the graph. */
public enum Layout {
  /** Both sides are equal: biases, gains, tables. */
  SAME {
    @Override
    public long[] graphShape(long[] s) {
      return s.clone();
    }

    @Override
    public float[] toGraph(float[] values, long[] s) {
      return values;
    }

    @Override
    public float[] toCheckpoint(float[] values, long[] s) {
      return values;
    }
  },
  /**
   * A dense layer: {@code [out, in]} in checkpoints, or {@code [out, in, 1]} as a convolution over
   * sequences; {@code [in, out]} in the graph.
   */
  LINEAR {
    @Override
    public long[] graphShape(long[] s) {
      return new long[] {s[1], s[0]};
    }

    @Override
    public float[] toGraph(float[] values, long[] s) {
      return transpose(values, Math.toIntExact(s[0]), Math.toIntExact(s[1]));
    }

    @Override
    public float[] toCheckpoint(float[] values, long[] s) {
      return transpose(values, Math.toIntExact(s[1]), Math.toIntExact(s[0]));
    }
  },
  /**
   * A convolution: {@code [out, in, h, w]} in checkpoints, {@code [h, w, in, out]} in the graph.
   */
  CONV {
    @Override
    public long[] graphShape(long[] s) {
      return new long[] {s[2], s[3], s[1], s[0]};
    }

    @Override
    public float[] toGraph(float[] values, long[] s) {
      int area = Math.toIntExact(s[2] * s[3]);
      int out = Math.toIntExact(s[0]);
      int in = Math.toIntExact(s[1]);
      float[] result = new float[values.length];
      for (int o = 0; o < out; o++) {
        for (int i = 0; i < in; i++) {
          for (int p = 0; p < area; p++) {
            result[(p * in + i) * out + o] = values[(o * in + i) * area + p];
          }
        }
      }
      return result;
    }

    @Override
    public float[] toCheckpoint(float[] values, long[] s) {
      int area = Math.toIntExact(s[2] * s[3]);
      int out = Math.toIntExact(s[0]);
      int in = Math.toIntExact(s[1]);
      float[] result = new float[values.length];
      for (int p = 0; p < area; p++) {
        for (int i = 0; i < in; i++) {
          for (int o = 0; o < out; o++) {
            result[(o * in + i) * area + p] = values[(p * in + i) * out + o];
          }
        }
      }
      return result;
    }
  };

  /** Returns the shape in the graph of a parameter with this shape in checkpoints. */
  public abstract long[] graphShape(long[] checkpointShape);

  /** Reorders values from the checkpoint's axis order; may return the argument. */
  public abstract float[] toGraph(float[] values, long[] checkpointShape);

  /** Reorders values into the checkpoint's axis order; may return the argument. */
  public abstract float[] toCheckpoint(float[] values, long[] checkpointShape);

  private static float[] transpose(float[] values, int rows, int columns) {
    float[] result = new float[values.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[c * rows + r] = values[r * columns + c];
      }
    }
    return result;
  }
}
