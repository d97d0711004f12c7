package io.diffusion4j.onednn;

/**
 * AdamW (Loshchilov &amp; Hutter 2019, algorithm 2) for one parameter, with a moving average of its
 * values; arrays are in the graph's order of axes.
 */
final class AdamW {
  private final Trained parameter;
  private final boolean decays;
  final float[] weights;
  final float[] m;
  final float[] v;
  final float[] ema;
  private final float[] gradient;
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
    work = new float[size];
  }

  Trained parameter() {
    return parameter;
  }

  /** Hands the weights to those who read them. */
  void publish() {
    parameter.values().put(0, weights);
  }

  /** Takes the gradient over, and gives the sum of its squares. */
  double take() {
    parameter.gradient(gradient, work);
    double sum = 0;
    for (int from = 0; from < gradient.length; from += 4096) {
      sum += squares(gradient, from, Math.min(from + 4096, gradient.length));
    }
    return sum;
  }

  /** In four strands, for the processor to add at once. */
  private static double squares(float[] x, int from, int to) {
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

  void step(Step s) {
    float keep = decays ? s.keep : 1;
    for (int i = 0; i < weights.length; i++) {
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
