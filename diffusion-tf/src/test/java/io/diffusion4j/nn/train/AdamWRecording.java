package io.diffusion4j.nn.train;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenTensors;
import java.util.Arrays;
import java.util.Optional;

/**
 * Recorded steps of a linear regression with AdamW, gradient clipping and a moving average, and
 * where they began.
 *
 * <p>A recording can hold the weights after the last step under the names of all steps, and of the
 * start, because they were recorded by reference. The start is then found from the first average
 * and the last bias, by running the steps in double and correcting the start by what they miss;
 * losses, gradient norms and the later averages are not used, so a test can compare them.
 */
final class AdamWRecording {
  private static final int CORRECTIONS = 60;
  private static final double FOUND = 1e-9;

  private final JsonNode about;
  private final GoldenTensors io;
  private final int rows;
  private final int in;
  private final int out;
  private final int steps;

  private AdamWRecording(GoldenCase golden) {
    about = golden.json();
    io = golden.io();
    rows = io.size("in.x", 0);
    in = io.size("in.x", 1);
    out = io.size("in.y", 1);
    steps = (int) io.names().stream().filter(name -> name.matches("step\\d+\\.loss")).count();
  }

  static AdamWRecording of(GoldenCase golden) {
    return new AdamWRecording(golden);
  }

  int steps() {
    return steps;
  }

  double rate() {
    return about.get("lr").asDouble();
  }

  double beta1() {
    return about.get("betas").get(0).asDouble();
  }

  double beta2() {
    return about.get("betas").get(1).asDouble();
  }

  double eps() {
    return about.get("eps").asDouble();
  }

  double decay() {
    return about.get("weight_decay").asDouble();
  }

  double clip() {
    return about.get("clip_grad_norm").asDouble();
  }

  double ema() {
    return about.get("ema").asDouble();
  }

  /**
   * The weights {@code w} and {@code b} before the first step; empty if they were recorded by
   * reference and cannot be found from the rest.
   */
  Optional<TensorSource> start() {
    float[] first = io.floats("in.w");
    if (!Arrays.equals(first, io.floats("step" + (steps - 1) + ".w"))) {
      return Optional.of(weights(first, io.floats("in.b")));
    }
    double[] average = io.values("step0.ema_w");
    double[] last = io.values("step" + (steps - 1) + ".b");
    double[] parameters = new double[average.length + last.length]; // w, then b
    System.arraycopy(average, 0, parameters, 0, average.length);
    System.arraycopy(last, 0, parameters, average.length, last.length);
    for (int i = 0; i < CORRECTIONS; i++) {
      double[] reached = reached(parameters);
      double missed = 0;
      for (int k = 0; k < parameters.length; k++) {
        double wanted = k < average.length ? average[k] : last[k - average.length];
        missed = Math.max(missed, Math.abs(wanted - reached[k]));
        parameters[k] += wanted - reached[k];
      }
      if (missed < FOUND) {
        return Optional.of(
            weights(
                floats(parameters, 0, average.length),
                floats(parameters, average.length, last.length)));
      }
    }
    return Optional.empty();
  }

  private TensorMap weights(float[] w, float[] b) {
    return new TensorMap().put("w", new long[] {in, out}, w).put("b", new long[] {1, out}, b);
  }

  /** The average of w after the first step, then b after the last. */
  private double[] reached(double[] start) {
    double[] p = start.clone();
    double[] m = new double[p.length];
    double[] v = new double[p.length];
    double[] result = new double[p.length];
    for (int k = 1; k <= steps; k++) {
      double[] gradient = gradient(p);
      double squares = 0;
      for (double g : gradient) {
        squares += g * g;
      }
      double factor = Math.min(1, clip() / (Math.sqrt(squares) + 1e-6));
      for (int i = 0; i < p.length; i++) {
        double g = gradient[i] * factor;
        m[i] = beta1() * m[i] + (1 - beta1()) * g;
        v[i] = beta2() * v[i] + (1 - beta2()) * g * g;
        double mean = m[i] / (1 - Math.pow(beta1(), k));
        double square = v[i] / (1 - Math.pow(beta2(), k));
        p[i] -= rate() * decay() * p[i] + rate() * mean / (Math.sqrt(square) + eps());
        if (k == 1 && i < in * out) {
          result[i] = ema() * start[i] + (1 - ema()) * p[i];
        }
      }
    }
    System.arraycopy(p, in * out, result, in * out, out);
    return result;
  }

  /** Of the mean of squares of x·w + b − y over all elements. */
  private double[] gradient(double[] p) {
    double[] x = io.values("in.x");
    double[] y = io.values("in.y");
    double[] gradient = new double[p.length];
    for (int row = 0; row < rows; row++) {
      for (int o = 0; o < out; o++) {
        double error = p[in * out + o] - y[row * out + o];
        for (int i = 0; i < in; i++) {
          error += x[row * in + i] * p[i * out + o];
        }
        double share = 2 * error / (rows * out);
        gradient[in * out + o] += share;
        for (int i = 0; i < in; i++) {
          gradient[i * out + o] += share * x[row * in + i];
        }
      }
    }
    return gradient;
  }

  private static float[] floats(double[] values, int start, int count) {
    float[] result = new float[count];
    for (int i = 0; i < count; i++) {
      result[i] = (float) values[start + i];
    }
    return result;
  }
}
