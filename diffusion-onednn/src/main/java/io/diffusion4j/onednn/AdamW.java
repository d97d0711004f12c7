package io.diffusion4j.onednn;

import java.nio.FloatBuffer;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * AdamW (Loshchilov &amp; Hutter 2019, algorithm 2) for one parameter, with a moving average of its
 * values; arrays are in the graph's order of axes.
 */
final class AdamW {
  /** So many numbers are worked on at a time; they stay in the first-level cache. */
  private static final int BLOCK = 4096;

  private final Trained parameter;
  private final boolean decays;
  final float[] weights;
  final float[] m;
  final float[] v;
  final float[] ema;
  private final float[] gradient;
  private final FloatBuffer published;
  private final float[] block;
  private final float[] work;

  /**
   * What is the same for all parameters in a step.
   *
   * @param clip factor of the gradient
   * @param rate of learning, with the corrections for the bias of both moments
   * @param epsilon likewise corrected
   * @param keep what weight decay leaves of a weight
   * @param beta1 of the first moment
   * @param beta2 of the second moment
   * @param emaDecay of the moving average
   */
  record Step(
      float clip,
      float rate,
      float epsilon,
      float keep,
      float beta1,
      float beta2,
      float emaDecay) {}

  AdamW(Trained parameter) {
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

  Trained parameter() {
    return parameter;
  }

  /** Hands the weights to those who read them. */
  void publish(dnnl_stream stream) {
    published.put(0, weights);
    parameter.pack(stream);
  }

  /** Takes the gradient over, and gives the sum of its squares. */
  double take() {
    double sum = 0;
    for (int from = 0; from < gradient.length; from += BLOCK) {
      int count = Math.min(BLOCK, gradient.length - from);
      parameter.gradient(from, count, block, work);
      System.arraycopy(block, 0, gradient, from, count);
      sum += squares(block, count);
    }
    return sum;
  }

  /** In four strands, for the processor to add at once. */
  private static double squares(float[] x, int count) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      a += x[i] * x[i];
      b += x[i + 1] * x[i + 1];
      c += x[i + 2] * x[i + 2];
      d += x[i + 3] * x[i + 3];
    }
    for (; i < count; i++) {
      a += x[i] * x[i];
    }
    return (double) a + b + c + d;
  }

  /** Moves the weights and hands them to those who read them. */
  void step(Step s, dnnl_stream stream) {
    for (int from = 0; from < weights.length; from += BLOCK) {
      int count = Math.min(BLOCK, weights.length - from);
      step(s, from, from + count);
      published.put(from, weights, from, count);
    }
    parameter.pack(stream);
  }

  private void step(Step s, int from, int to) {
    float keep = decays ? s.keep : 1;
    for (int i = from; i < to; i++) {
      float g = gradient[i] * s.clip;
      float first = m[i] * s.beta1 + g * (1 - s.beta1);
      float second = v[i] * s.beta2 + g * g * (1 - s.beta2);
      float weight = weights[i] * keep - s.rate * first / ((float) Math.sqrt(second) + s.epsilon);
      m[i] = first;
      v[i] = second;
      weights[i] = weight;
      ema[i] = ema[i] * s.emaDecay + weight * (1 - s.emaDecay);
    }
  }
}
