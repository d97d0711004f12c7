package io.diffusion4j.onednn.tape;

import java.util.Arrays;

/**
 * The arithmetic of group normalisation after the sums over the pixels, in double. Forward, for
 * each sample and channel, t = a·(x − μ) + b; backward, dx = a·dt + u + v·x, where u and v are
 * constant over the pixels of a group.
 *
 * <p>Batch normalisation's derivative has this form for a single channel, with any factor of dt;
 * with the factor a, the difference to the group's derivative is ofX·x + constant.
 *
 * <p>With μ and r the mean and inverse deviation of the group, γ and β gain and shift, and s and h
 * the scale and shift of the sample, t = (γ·(x − μ)·r + β)·(1 + s) + h. The mean is taken off
 * first, because a·x − a·μ would lose digits in a group of small variance.
 */
final class GroupMoments {
  /** The epsilon of the batch normalisation that computes the channels' moments. */
  static final float EPS = 1e-6f;

  private final int pixels;
  private final int groups;
  private final int channels;
  private final double eps;
  private final TrainableParameter gain;
  private final TrainableParameter shift;
  private final float[] gains;
  private final float[] shifts;
  private final float[] onePlus;
  private final double[] groupMean;
  private final double[] inverse;
  private final float[] deviation;
  private float[] scaleShift = {};

  /** Per channel, input. */
  final float[] mean;

  final float[] variance;

  /** μ, per channel. */
  final float[] centre;

  final float[] a;
  final float[] b;

  /** The gain for which batch normalisation's factor of dt is a. */
  final float[] channelGain;

  /** Σdt, input. */
  final float[] sum;

  /** Σdt·(x − mean)/√(variance + {@link #EPS}), per channel, input. */
  final float[] sumOfProducts;

  final float[] ofX;
  final float[] constant;
  final float[] ofGain;
  final float[] ofShift;

  /** Gradient of scale and shift, {@code [n, 2·c]}. */
  final float[] ofScaleShift;

  GroupMoments(
      int n,
      int pixels,
      int groups,
      double eps,
      TrainableParameter gain,
      TrainableParameter shift) {
    this.pixels = pixels;
    this.groups = groups;
    this.channels = gain.size();
    this.eps = eps;
    this.gain = gain;
    this.shift = shift;
    gains = new float[channels];
    shifts = new float[channels];
    groupMean = new double[n * groups];
    inverse = new double[n * groups];
    deviation = new float[n * channels];
    int all = n * channels;
    onePlus = new float[all];
    mean = new float[all];
    variance = new float[all];
    centre = new float[all];
    a = new float[all];
    b = new float[all];
    sum = new float[all];
    sumOfProducts = new float[all];
    channelGain = new float[all];
    ofX = new float[all];
    constant = new float[all];
    ofGain = new float[channels];
    ofShift = new float[channels];
    ofScaleShift = new float[2 * all];
  }

  /**
   * Begins the forward pass.
   *
   * @param scaleShift scale and shift, {@code [n, 2·c]}; empty if there are none
   */
  void beginForward(float[] scaleShift) {
    this.scaleShift = scaleShift;
    gain.values().get(0, gains);
    shift.values().get(0, shifts);
  }

  /** Computes μ, a and b from the moments of a sample's channels. */
  void forward(int i) {
    int width = channels / groups;
    for (int g = 0; g < groups; g++) {
      int from = i * channels + g * width;
      double mu = 0;
      for (int j = from; j < from + width; j++) {
        mu += mean[j];
      }
      mu /= width;
      double squares = 0;
      for (int j = from; j < from + width; j++) {
        double off = mean[j] - mu;
        squares += variance[j] + off * off;
      }
      double r = 1 / Math.sqrt(squares / width + eps);
      groupMean[i * groups + g] = mu;
      inverse[i * groups + g] = r;
      for (int c = g * width; c < (g + 1) * width; c++) {
        int j = i * channels + c;
        double plus = hasScaleShift() ? 1 + scaleShift[2 * i * channels + c] : 1;
        double h = hasScaleShift() ? scaleShift[(2 * i + 1) * channels + c] : 0;
        onePlus[j] = (float) plus;
        centre[j] = (float) mu;
        a[j] = (float) (gains[c] * r * plus);
        b[j] = (float) (shifts[c] * plus + h);
        deviation[j] = (float) Math.sqrt(variance[j] + EPS);
        channelGain[j] = a[j] * deviation[j];
      }
    }
  }

  private boolean hasScaleShift() {
    return scaleShift.length > 0;
  }

  /** Begins the backward pass. */
  void beginBackward() {
    Arrays.fill(ofGain, 0);
    Arrays.fill(ofShift, 0);
  }

  /**
   * Computes the gradients of gain, shift, scale and shift of the sample, and dx, from the two sums
   * of a sample.
   */
  void backward(int i) {
    int width = channels / groups;
    for (int g = 0; g < groups; g++) {
      double mu = groupMean[i * groups + g];
      double r = inverse[i * groups + g];
      double slopes = 0; // Σ of the gradient of the normalised value
      double products = 0; // Σ of that times the normalised value
      for (int c = g * width; c < (g + 1) * width; c++) {
        int j = i * channels + c;
        double product = r * (sumOfProducts[j] * (double) deviation[j] + (mean[j] - mu) * sum[j]);
        double slope = gains[c] * onePlus[j];
        slopes += slope * sum[j];
        products += slope * product;
        ofGain[c] += (float) (onePlus[j] * product);
        ofShift[c] += onePlus[j] * sum[j];
        if (hasScaleShift()) {
          ofScaleShift[2 * i * channels + c] = (float) (gains[c] * product + shifts[c] * sum[j]);
          ofScaleShift[(2 * i + 1) * channels + c] = sum[j];
        }
      }
      double count = (double) pixels * width;
      double ofEach = r * r * products / count;
      double same = mu * ofEach - r * slopes / count;
      for (int j = i * channels + g * width; j < i * channels + (g + 1) * width; j++) {
        double mine = a[j] / (double) pixels;
        double ofMine = mine * sumOfProducts[j] / deviation[j];
        ofX[j] = (float) (ofMine - ofEach);
        constant[j] = (float) (mine * sum[j] - mean[j] * ofMine + same);
      }
    }
  }
}
