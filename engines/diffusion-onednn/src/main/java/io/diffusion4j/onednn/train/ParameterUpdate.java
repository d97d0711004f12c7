package io.diffusion4j.onednn.train;

import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.group.AllReduce;
import io.diffusion4j.onednn.tape.TrainableParameter;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * A parameter's weights, moments and moving averages in training, and their update in a step;
 * arrays are in the graph's order of axes.
 */
abstract sealed class ParameterUpdate permits AdamW, MuonUpdate, RuleUpdate, ParameterUpdate.Fixed {
  /** The number of elements processed at a time, which fit the first-level cache. */
  static final int BLOCK = 4096;

  /** The cost of updating an element, in multiplications of a matrix product. */
  static final double MOVE = 100;

  final float[] weights;
  final float[] m;

  /** The second moment; empty for a matrix that {@link MuonUpdate} moves. */
  final float[] v;

  final float[] ema;
  final float[] gradient;

  /** The moving averages except the first. */
  final List<float[]> moreAverages;

  /** Working memory for as many elements as are processed at a time. */
  final float[] block;

  private final TrainableParameter parameter;
  private final boolean decays;
  private final FloatBuffer published;
  private Optional<AllReduce.Buffer> sums = Optional.empty();
  private int place;
  private float[][] work = {};
  private double squares;

  /**
   * The values of a step that all parameters share.
   *
   * @param number the number of steps before
   * @param clip factor of the gradient
   * @param rate the learning rate
   * @param correction the correction of AdamW's rate, for the bias of both moments
   * @param epsilon the ε of AdamW, to the uncorrected root of v, for which the rate is corrected
   *     already
   * @param keep the factor of weight decay
   * @param beta1 the β₁ of the first moment
   * @param beta2 the β₂ of the second moment
   * @param emaDecay the decay of the moving average
   * @param moreEmaDecays decays of the other moving averages
   */
  record Step(
      long number,
      float clip,
      float rate,
      float correction,
      float epsilon,
      float keep,
      float beta1,
      float beta2,
      float emaDecay,
      List<Float> moreEmaDecays) {}

  /**
   * Makes the state of a parameter.
   *
   * @param config the configuration of the training
   */
  ParameterUpdate(TrainableParameter parameter, TrainingConfig config) {
    this.parameter = parameter;
    this.decays = config.optimizer().decays(parameter.parameter());
    boolean moves = !config.isFrozen(parameter.parameter());
    weights = new float[parameter.size()];
    int size = moves ? parameter.size() : 0;
    m = new float[size];
    v = new float[config.optimizer().orthogonalizes(parameter.parameter()) ? 0 : size];
    ema = new float[size];
    gradient = new float[size];
    moreAverages = config.emaDecays().stream().skip(1).map(decay -> new float[size]).toList();
    published = parameter.values();
    block = new float[Math.min(size, BLOCK)];
  }

  final TrainableParameter parameter() {
    return parameter;
  }

  /** Returns the cost of a step, in multiplications of a matrix product. */
  abstract double cost();

  /** Passes on the direction of a step, if it is shared. */
  void giveDirection(Step s, dnnl_stream stream) {}

  /** Prepares a step: everything that needs the whole gradient. */
  void prepare(Step s, dnnl_stream stream) {}

  /** Updates some of the weights, their moments and averages. */
  abstract void move(Step s, int from, int to);

  /** Updates the weights and passes them to their readers. */
  void step(Step s, dnnl_stream stream) {
    prepare(s, stream);
    for (int from = 0; from < weights.length; from += BLOCK) {
      int count = Math.min(BLOCK, weights.length - from);
      move(s, from, from + count);
      for (int a = 0; a < moreAverages.size(); a++) {
        average(moreAverages.get(a), s.moreEmaDecays.get(a), from, from + count);
      }
      published.put(from, weights, from, count);
    }
    parameter.pack(stream);
  }

  private void average(float[] average, float decay, int from, int to) {
    for (int i = from; i < to; i++) {
      average[i] = average[i] * decay + weights[i] * (1 - decay);
    }
  }

  /** Returns the factor of weight decay. */
  final float keep(Step s) {
    return decays ? s.keep : 1;
  }

  /** Passes the weights to their readers. */
  final void publish(dnnl_stream stream) {
    published.put(0, weights);
    parameter.pack(stream);
  }

  /** Returns a part of the gradient of this process's rows. */
  private void gradient(int from, int count, float[] into) {
    if (work.length == 0) {
      work = new float[parameter.depth()][block.length];
    }
    parameter.gradient(from, count, into, work);
  }

  /**
   * Sums the gradient over the processes of a group from now on.
   *
   * @param buffer the buffer of several gradients
   * @param at the first of this one's
   */
  final void share(AllReduce.Buffer buffer, int at) {
    sums = Optional.of(buffer);
    place = at;
  }

  /** Returns the index of this one's first number in the group's buffers. */
  final int place() {
    return place;
  }

  /** Passes on the gradient of this process's rows. */
  final void give() {
    for (int from = 0; from < gradient.length; from += BLOCK) {
      int count = Math.min(BLOCK, gradient.length - from);
      gradient(from, count, block);
      sums.orElseThrow().put(place + from, block, 0, count);
    }
  }

  /** Returns the sum of the squares of the accumulated gradient. */
  final double squares() {
    return squares;
  }

  /**
   * Accumulates the gradient of one of several batches; the result is the mean over the batches so
   * far.
   *
   * @param before number of batches before
   */
  void take(int before) {
    float share = 1f / (before + 1);
    double sum = 0;
    for (int from = 0; from < gradient.length; from += BLOCK) {
      int count = Math.min(BLOCK, gradient.length - from);
      if (sums.isPresent()) {
        sums.get().get(place + from, block, 0, count);
      } else {
        gradient(from, count, block);
      }
      for (int i = 0; i < count; i++) {
        float mean = before == 0 ? 0 : gradient[from + i];
        gradient[from + i] = mean + (block[i] - mean) * share;
      }
      sum += squares(gradient, from, from + count);
    }
    squares = sum;
  }

  /** Uses four independent sums, which the processor adds in parallel. */
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

  /** Returns the weights of a frozen parameter. */
  static final class Fixed extends ParameterUpdate {
    Fixed(TrainableParameter parameter, TrainingConfig config) {
      super(parameter, config);
    }

    @Override
    double cost() {
      return 0;
    }

    @Override
    void move(Step s, int from, int to) {}

    @Override
    void step(Step s, dnnl_stream stream) {}
  }
}
