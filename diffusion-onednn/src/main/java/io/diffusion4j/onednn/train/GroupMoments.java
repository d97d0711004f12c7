package io.diffusion4j.onednn.train;

import java.util.Arrays;

/**
 * The arithmetic of group normalisation once its sums over the pixels are known, in double: for
 * each sample and channel, t = a·x + b, and back, dx = a·dt + (what is the same for all pixels of a
 * group) + x·(likewise).
 *
 * <p>Batch normalisation's derivative has such a dx for a channel by itself, with any factor of dt;
 * if that is a, what is missing to the group's is ofX·x + constant.
 *
 * <p>With μ and r the mean and inverse deviation of the group, γ and β gain and shift, and s and h
 * the scale and shift of the sample, t = (γ·(x − μ)·r + β)·(1 + s) + h.
 */
final class GroupMoments {
  /** What batch normalisation, which measures the channels, adds to their variances. */
  static final float EPS = 1e-6f;

  private final int pixels;
  private final int groups;
  private final int channels;
  private final double eps;
  private final Trained gain;
  private final Trained shift;
  private final float[] gains;
  private final float[] shifts;
  private final float[] onePlus;
  private final double[] groupMean;
  private final double[] inverse;
  private final float[] deviation;
  private float[] told = {};

  /** Of each channel: in. */
  final float[] mean;

  final float[] variance;
  final float[] a;
  final float[] b;

  /** The gain with which batch normalisation's factor of dt is a. */
  final float[] channelGain;

  /** Σdt: in. */
  final float[] sum;

  /** Σdt·(x − mean)/√(variance + {@link #EPS}), by channel: in. */
  final float[] sumOfProducts;

  final float[] ofX;
  final float[] constant;
  final float[] ofGain;
  final float[] ofShift;

  /** Of scale and shift, {@code [n, 2·c]}. */
  final float[] ofTold;

  GroupMoments(int n, int pixels, int groups, double eps, Trained gain, Trained shift) {
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
    a = new float[all];
    b = new float[all];
    sum = new float[all];
    sumOfProducts = new float[all];
    channelGain = new float[all];
    ofX = new float[all];
    constant = new float[all];
    ofGain = new float[channels];
    ofShift = new float[channels];
    ofTold = new float[2 * all];
  }

  /**
   * Begins going forwards.
   *
   * @param told scale and shift, {@code [n, 2·c]}; empty if there are none
   */
  void beginForward(float[] told) {
    this.told = told;
    gain.values().get(0, gains);
    shift.values().get(0, shifts);
  }

  /** From the moments of a sample's channels to a and b. */
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
        double plus = isTold() ? 1 + told[2 * i * channels + c] : 1;
        double h = isTold() ? told[(2 * i + 1) * channels + c] : 0;
        double slope = gains[c] * r;
        onePlus[j] = (float) plus;
        a[j] = (float) (slope * plus);
        b[j] = (float) ((shifts[c] - mu * slope) * plus + h);
        deviation[j] = (float) Math.sqrt(variance[j] + EPS);
        channelGain[j] = a[j] * deviation[j];
      }
    }
  }

  private boolean isTold() {
    return told.length > 0;
  }

  /** Begins going backwards. */
  void beginBackward() {
    Arrays.fill(ofGain, 0);
    Arrays.fill(ofShift, 0);
  }

  /** From the two sums of a sample to the gradients of gain, shift and what was told, and to dx. */
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
        if (isTold()) {
          ofTold[2 * i * channels + c] = (float) (gains[c] * product + shifts[c] * sum[j]);
          ofTold[(2 * i + 1) * channels + c] = sum[j];
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
