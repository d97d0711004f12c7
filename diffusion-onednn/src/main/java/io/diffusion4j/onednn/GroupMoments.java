package io.diffusion4j.onednn;

import java.util.Arrays;

/**
 * The arithmetic of group normalisation once its sums over the pixels are known, in double: for
 * each sample and channel, t = a·x + b, and back, dx = ofDt·dt + ofX·x + constant.
 *
 * <p>With μ and r the mean and inverse deviation of the group, γ and β gain and shift, and s and h
 * the scale and shift of the sample, t = (γ·(x − μ)·r + β)·(1 + s) + h.
 */
final class GroupMoments {
  /** What batch normalisation, which measures the channels, adds to their variances. */
  static final float EPS = 1e-6f;

  private final int n;
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
  private boolean isTold;

  /** Of each channel: in. */
  final float[] mean;

  final float[] variance;
  final float[] a;
  final float[] b;

  /** Σdt: in. */
  final float[] sum;

  /** Σdt·(x − mean)/√(variance + {@link #EPS}), by channel: in. */
  final float[] sumOfProducts;

  final float[] ofDt;
  final float[] ofX;
  final float[] constant;
  final float[] ofGain;
  final float[] ofShift;

  /** Of scale and shift, {@code [n, 2·c]}. */
  final float[] ofTold;

  GroupMoments(int n, int pixels, int groups, double eps, Trained gain, Trained shift) {
    this.n = n;
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
    int all = n * channels;
    onePlus = new float[all];
    mean = new float[all];
    variance = new float[all];
    a = new float[all];
    b = new float[all];
    sum = new float[all];
    sumOfProducts = new float[all];
    ofDt = new float[all];
    ofX = new float[all];
    constant = new float[all];
    ofGain = new float[channels];
    ofShift = new float[channels];
    ofTold = new float[2 * all];
  }

  /**
   * From the moments of the channels to a and b.
   *
   * @param told scale and shift, {@code [n, 2·c]}; empty if there are none
   */
  void forward(float[] told) {
    isTold = told.length > 0;
    gain.values().get(0, gains);
    shift.values().get(0, shifts);
    int width = channels / groups;
    for (int i = 0; i < n; i++) {
      for (int g = 0; g < groups; g++) {
        int from = i * channels + g * width;
        double mu = 0;
        for (int j = from; j < from + width; j++) {
          mu += mean[j] / (double) width;
        }
        double square = 0;
        for (int j = from; j < from + width; j++) {
          double off = mean[j] - mu;
          square += (variance[j] + off * off) / width;
        }
        double r = 1 / Math.sqrt(square + eps);
        groupMean[i * groups + g] = mu;
        inverse[i * groups + g] = r;
        for (int c = g * width; c < (g + 1) * width; c++) {
          int j = i * channels + c;
          double plus = isTold ? 1 + told[2 * i * channels + c] : 1;
          double h = isTold ? told[(2 * i + 1) * channels + c] : 0;
          double slope = gains[c] * r;
          onePlus[j] = (float) plus;
          a[j] = (float) (slope * plus);
          b[j] = (float) ((shifts[c] - mu * slope) * plus + h);
        }
      }
    }
  }

  /** From the two sums to the gradients of gain, shift and what was told, and to dx. */
  void backward() {
    Arrays.fill(ofGain, 0);
    Arrays.fill(ofShift, 0);
    int width = channels / groups;
    double count = (double) pixels * width;
    for (int i = 0; i < n; i++) {
      for (int g = 0; g < groups; g++) {
        double mu = groupMean[i * groups + g];
        double r = inverse[i * groups + g];
        double meanOfSlopes = 0; // of the gradient of the normalised value
        double meanOfProducts = 0; // of that times the normalised value
        for (int c = g * width; c < (g + 1) * width; c++) {
          int j = i * channels + c;
          double deviation = Math.sqrt(variance[j] + (double) EPS);
          double product = r * (sumOfProducts[j] * deviation + (mean[j] - mu) * sum[j]);
          double slope = gains[c] * onePlus[j];
          meanOfSlopes += slope * sum[j] / count;
          meanOfProducts += slope * product / count;
          ofGain[c] += (float) (onePlus[j] * product);
          ofShift[c] += onePlus[j] * sum[j];
          if (isTold) {
            ofTold[2 * i * channels + c] = (float) (gains[c] * product + shifts[c] * sum[j]);
            ofTold[(2 * i + 1) * channels + c] = sum[j];
          }
        }
        for (int c = g * width; c < (g + 1) * width; c++) {
          int j = i * channels + c;
          ofDt[j] = (float) (r * gains[c] * onePlus[j]);
          ofX[j] = (float) (-r * r * meanOfProducts);
          constant[j] = (float) (r * (r * mu * meanOfProducts - meanOfSlopes));
        }
      }
    }
  }
}
