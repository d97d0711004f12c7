package io.diffusion4j.onednn.train;

import java.nio.FloatBuffer;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * A parameter's weights, moments and moving average while it is trained, and how a step moves them;
 * arrays are in the graph's order of axes.
 */
abstract sealed class Update permits AdamW, MuonUpdate {
  /** So many numbers are worked on at a time; they stay in the first-level cache. */
  static final int BLOCK = 4096;

  /** What it costs to move a number, in multiplications of a product. */
  static final double MOVE = 100;

  final float[] weights;
  final float[] m;
  final float[] v;
  final float[] ema;
  final float[] gradient;
  private final Trained parameter;
  private final boolean decays;
  private final FloatBuffer published;
  private final float[] block;
  private final float[] work;

  /**
   * What is the same for all parameters in a step.
   *
   * @param clip factor of the gradient
   * @param rate of learning
   * @param correction of AdamW's rate, for the bias of both moments
   * @param epsilon of AdamW, to the uncorrected root of v, for which the rate is corrected already
   * @param keep what weight decay leaves of a weight
   * @param beta1 of the first moment
   * @param beta2 of the second moment
   * @param emaDecay of the moving average
   */
  record Step(
      float clip,
      float rate,
      float correction,
      float epsilon,
      float keep,
      float beta1,
      float beta2,
      float emaDecay) {}

  Update(Trained parameter) {
    this.parameter = parameter;
    this.decays = parameter.parameter().shape().length >= 2;
    int size = parameter.size();
    weights = new float[size];
    m = new float[size];
    v = new float[size];
    ema = new float[size];
    gradient = new float[size];
    published = parameter.values();
    block = new float[Math.min(size, BLOCK)];
    work = new float[block.length];
  }

  final Trained parameter() {
    return parameter;
  }

  /** What a step costs, in multiplications of a product. */
  abstract double cost();

  /** Does what needs all of the gradient, before a step. */
  void prepare(Step s) {}

  /** Moves some of the weights, their moments and averages. */
  abstract void move(Step s, int from, int to);

  /** Moves the weights and hands them to those who read them. */
  final void step(Step s, dnnl_stream stream) {
    prepare(s);
    for (int from = 0; from < weights.length; from += BLOCK) {
      int count = Math.min(BLOCK, weights.length - from);
      move(s, from, from + count);
      published.put(from, weights, from, count);
    }
    parameter.pack(stream);
  }

  /** What weight decay leaves of a weight. */
  final float keep(Step s) {
    return decays ? s.keep : 1;
  }

  /** Hands the weights to those who read them. */
  final void publish(dnnl_stream stream) {
    published.put(0, weights);
    parameter.pack(stream);
  }

  /** Takes the gradient over, and gives the sum of its squares. */
  final double take() {
    double sum = 0;
    for (int from = 0; from < gradient.length; from += BLOCK) {
      int count = Math.min(BLOCK, gradient.length - from);
      parameter.gradient(from, count, block, work);
      System.arraycopy(block, 0, gradient, from, count);
      sum += squares(block, 0, count);
    }
    return sum;
  }

  /** In four strands, for the processor to add at once. */
  static double squares(float[] x, int from, int to) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = from;
    for (; i + 4 <= to; i += 4) {
      a += x[i] * x[i];
      b += x[i + 1] * x[i + 1];
      c += x[i + 2] * x[i + 2];
      d += x[i + 3] * x[i + 3];
    }
    for (; i < to; i++) {
      a += x[i] * x[i];
    }
    return (double) a + b + c + d;
  }
}
