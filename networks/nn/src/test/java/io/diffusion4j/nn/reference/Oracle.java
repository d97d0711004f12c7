package io.diffusion4j.nn.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.weights.Parameter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** All layers in plain Java: what engines are tested against. */
public final class Oracle extends Forward {
  Oracle(Interpreter.Evaluation evaluation) {
    super(evaluation);
  }

  /** Returns values in double precision. */
  public static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  /** Returns the parameters of a network as an interpreter reads them: in the graph's order. */
  public static Map<String, double[]> parameters(Network network, TensorSource weights) {
    Map<String, double[]> doubles = new HashMap<>();
    for (Parameter p : network.parameters().values()) {
      float[] values = p.layout().toGraph(weights.read(p.key()), p.shape());
      doubles.put(p.key(), wide(values));
    }
    return doubles;
  }

  /**
   * Fails unless values are those of a definition.
   *
   * @param tolerance relative to the largest value
   */
  public static void assertClose(float[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 1e-3;
    for (double value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i])
          .as("value %d", i)
          .isCloseTo(expected[i], within(tolerance * largest));
    }
  }

  // Layers with parameters

  @Override
  public double[] visit(Layer.Linear layer, Node node) {
    double[] x = in(node, 0);
    return product(node, x, dx -> dx, layer.weight(), layer.bias(), layer.in(), layer.out());
  }

  @Override
  public double[] visit(Layer.Conv2d layer, Node node) {
    int[] s = shape(node, 0);
    var windows =
        new Windows(
            s[0], s[1], s[2], s[3], layer.kernel(), layer.stride(), layer.pad(), layer.padEnd());
    double[] seen = windows.gather(in(node, 0));
    return product(
        node,
        seen,
        windows::scattered,
        layer.weight(),
        layer.bias(),
        windows.columns(),
        layer.out());
  }

  /** x·W + b for rows of x, of which {@code toInput} makes the gradient of the layer's input. */
  private double[] product(
      Node node,
      double[] x,
      UnaryOperator<double[]> toInput,
      String weight,
      String bias,
      long inputs,
      long outputs) {
    int in = Math.toIntExact(inputs);
    int out = Math.toIntExact(outputs);
    int rows = x.length / in;
    double[] y = biased(node, rows, bias, out);
    Matrices.times(x, e.parameter(weight), y, rows, out, in);
    e.onBackward(
        node,
        dy -> {
          Matrices.transposedTimes(x, dy, e.parameterGradient(weight), in, out, rows);
          toInput(
              node,
              0,
              sum -> {
                double[] dx = new double[x.length];
                Matrices.timesTransposed(dy, e.parameter(weight), dx, rows, in, out);
                add(toInput.apply(dx), sum);
              });
        });
    return y;
  }

  /** Rows of the bias. */
  private double[] biased(Node node, int rows, String bias, int out) {
    double[] y = new double[rows * out];
    if (!bias.isEmpty()) {
      double[] b = e.parameter(bias);
      for (int i = 0; i < y.length; i++) {
        y[i] = b[i % out];
      }
      e.onBackward(
          node,
          dy -> {
            double[] db = e.parameterGradient(bias);
            for (int i = 0; i < dy.length; i++) {
              db[i % out] += dy[i];
            }
          });
    }
    return y;
  }

  @Override
  public double[] visit(Layer.Embedding layer, Node node) {
    double[] ids = in(node, 0);
    double[] table = e.parameter(layer.table());
    int width = Math.toIntExact(layer.width());
    double[] y = new double[ids.length * width];
    for (int i = 0; i < ids.length; i++) {
      System.arraycopy(table, ((int) ids[i]) * width, y, i * width, width);
    }
    e.onBackward(
        node,
        dy -> {
          double[] dTable = e.parameterGradient(layer.table());
          for (int i = 0; i < dy.length; i++) {
            dTable[((int) ids[i / width]) * width + i % width] += dy[i];
          }
        });
    return y;
  }

  @Override
  public double[] visit(Layer.GroupNorm layer, Node node) {
    int[] s = shape(node, 0);
    int channels = s[3];
    int inGroup = channels / layer.groups();
    int[] group = new int[size(node)]; // of each value
    for (int i = 0; i < group.length; i++) {
      group[i] = i / (s[1] * s[2] * channels) * layer.groups() + i % channels / inGroup;
    }
    int groups = s[0] * layer.groups();
    double[] y = normalised(node, group, groups, layer.gain(), layer.shift(), layer.eps());
    if (node.inputs().size() == 2) {
      y = scaledAndShifted(node, y, channels, s[1] * s[2] * channels);
    }
    return layer.silu() ? applied(node, Function.SILU, y) : y;
  }

  @Override
  public double[] visit(Layer.LayerNorm layer, Node node) {
    int channels = Math.toIntExact(node.output().last());
    int[] group = new int[size(node)];
    for (int i = 0; i < group.length; i++) {
      group[i] = i / channels;
    }
    int groups = group.length / channels;
    return normalised(node, group, groups, layer.gain(), layer.shift(), layer.eps());
  }

  @Override
  public double[] visit(Layer.AdaptiveLayerNorm layer, Node node) {
    int[] s = shape(node, 0);
    double[] x = in(node, 0);
    double[] scale = in(node, 1);
    double[] shift = in(node, 2);
    int c = s[2];
    double[] unit = new double[x.length];
    double[] deviation = new double[x.length / c];
    double[] y = new double[x.length];
    for (int row = 0; row < deviation.length; row++) {
      double mean = 0;
      double square = 0;
      for (int i = row * c; i < (row + 1) * c; i++) {
        mean += x[i] / c;
      }
      for (int i = row * c; i < (row + 1) * c; i++) {
        square += (x[i] - mean) * (x[i] - mean) / c;
      }
      deviation[row] = Math.sqrt(square + layer.eps());
      for (int i = row * c; i < (row + 1) * c; i++) {
        int at = row / s[1] * c + i % c;
        unit[i] = (x[i] - mean) / deviation[row];
        y[i] = unit[i] * (1 + scale[at]) + shift[at];
      }
    }
    e.onBackward(
        node,
        dy -> {
          toInput(
              node,
              0,
              dx -> {
                for (int row = 0; row < deviation.length; row++) {
                  double sum = 0;
                  double dot = 0;
                  for (int i = row * c; i < (row + 1) * c; i++) {
                    double d = dy[i] * (1 + scale[row / s[1] * c + i % c]);
                    sum += d / c;
                    dot += d * unit[i] / c;
                  }
                  for (int i = row * c; i < (row + 1) * c; i++) {
                    double d = dy[i] * (1 + scale[row / s[1] * c + i % c]);
                    dx[i] += (d - sum - unit[i] * dot) / deviation[row];
                  }
                }
              });
          toInput(
              node,
              1,
              ds -> {
                for (int i = 0; i < dy.length; i++) {
                  ds[i / (s[1] * c) * c + i % c] += dy[i] * unit[i];
                }
              });
          toInput(
              node,
              2,
              db -> {
                for (int i = 0; i < dy.length; i++) {
                  db[i / (s[1] * c) * c + i % c] += dy[i];
                }
              });
        });
    return y;
  }

  /** (x − mean)/√(variance + eps)·gain + shift, where each value belongs to a group. */
  private double[] normalised(
      Node node, int[] group, int groups, String gain, String shift, double eps) {
    double[] x = in(node, 0);
    double count = (double) x.length / groups;
    double[] mean = new double[groups];
    double[] variance = new double[groups];
    for (int i = 0; i < x.length; i++) {
      mean[group[i]] += x[i] / count;
    }
    for (int i = 0; i < x.length; i++) {
      double d = x[i] - mean[group[i]];
      variance[group[i]] += d * d / count;
    }
    double[] g = e.parameter(gain);
    double[] b = e.parameter(shift);
    int channels = g.length;
    double[] unit = new double[x.length];
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      unit[i] = (x[i] - mean[group[i]]) / Math.sqrt(variance[group[i]] + eps);
      y[i] = unit[i] * g[i % channels] + b[i % channels];
    }
    e.onBackward(
        node,
        dy -> {
          double[] dGain = e.parameterGradient(gain);
          double[] dShift = e.parameterGradient(shift);
          double[] sum = new double[groups];
          double[] dot = new double[groups];
          for (int i = 0; i < dy.length; i++) {
            dGain[i % channels] += dy[i] * unit[i];
            dShift[i % channels] += dy[i];
            sum[group[i]] += dy[i] * g[i % channels] / count;
            dot[group[i]] += dy[i] * g[i % channels] * unit[i] / count;
          }
          toInput(
              node,
              0,
              dx -> {
                for (int i = 0; i < dx.length; i++) {
                  double d = dy[i] * g[i % channels] - sum[group[i]] - unit[i] * dot[group[i]];
                  dx[i] += d / Math.sqrt(variance[group[i]] + eps);
                }
              });
        });
    return y;
  }

  /** x·(1 + scale) + shift, of the second input. */
  private double[] scaledAndShifted(Node node, double[] x, int channels, int sample) {
    double[] s = in(node, 1);
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      int at = i / sample * 2 * channels + i % channels;
      y[i] = x[i] * (1 + s[at]) + s[at + channels];
    }
    e.onBackward(
        node,
        dy -> {
          toInput(
              node,
              1,
              ds -> {
                for (int i = 0; i < dy.length; i++) {
                  int at = i / sample * 2 * channels + i % channels;
                  ds[at] += dy[i] * x[i];
                  ds[at + channels] += dy[i];
                }
              });
          for (int i = 0; i < dy.length; i++) {
            dy[i] *= 1 + s[i / sample * 2 * channels + i % channels];
          }
        });
    return y;
  }

  /** A function that follows within a layer: what goes back is changed in place. */
  private double[] applied(Node node, Function function, double[] x) {
    double[] y = Arrays.stream(x).map(function::of).toArray();
    e.onBackward(
        node,
        dy -> {
          for (int i = 0; i < dy.length; i++) {
            dy[i] *= Derivatives.of(function, x[i], y[i]);
          }
        });
    return y;
  }

  @Override
  public double[] visit(Layer.Chosen layer, Node node) {
    double[] x = in(node, 0);
    double[] use = in(node, 1);
    double[] row = e.parameter(layer.row());
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      double u = use[i / row.length];
      y[i] = x[i] * u + row[i % row.length] * (1 - u);
    }
    e.onBackward(
        node,
        dy -> {
          double[] dRow = e.parameterGradient(layer.row());
          for (int i = 0; i < dy.length; i++) {
            dRow[i % row.length] += dy[i] * (1 - use[i / row.length]);
          }
          toInput(
              node,
              0,
              dx -> {
                for (int i = 0; i < dy.length; i++) {
                  dx[i] += dy[i] * use[i / row.length];
                }
              });
          toInput(
              node,
              1,
              du -> {
                for (int i = 0; i < dy.length; i++) {
                  du[i / row.length] += dy[i] * (x[i] - row[i % row.length]);
                }
              });
        });
    return y;
  }

  // Attention

  @Override
  public double[] visit(Layer.Attention layer, Node node) {
    int[] s = shape(node, 0);
    int queries = s[1];
    int keys = shape(node, 1)[1];
    int width = s[2];
    int d = width / layer.heads();
    int[] logitShape = {s[0], layer.heads(), queries, keys};
    double[] p = new double[s[0] * layer.heads() * queries * keys];
    for (int m = 3; m < node.inputs().size(); m++) {
      double[] mask = in(node, m);
      int[] at = e.broadcast().index(shape(node, m), logitShape);
      for (int i = 0; i < p.length; i++) {
        p[i] += mask[at[i]];
      }
    }
    double[] q = in(node, 0);
    double[] k = in(node, 1);
    double[] v = in(node, 2);
    double[] y = new double[q.length];
    double scale = 1 / Math.sqrt(d);
    Pairs pairs = new Pairs(s[0], layer.heads(), queries, keys, width);
    pairs.each((i, atQ, atK) -> p[i] += scale * dot(q, atQ, k, atK, d));
    softmax(p, keys);
    pairs.each(
        (i, atQ, atK) -> {
          for (int c = 0; c < d; c++) {
            y[atQ + c] += p[i] * v[atK + c];
          }
        });
    e.onBackward(
        node,
        dy -> {
          double[] dLogits = new double[p.length];
          pairs.each((i, atQ, atK) -> dLogits[i] = dot(dy, atQ, v, atK, d));
          for (int row = 0; row < p.length; row += keys) {
            double mean = dot(p, row, dLogits, row, keys);
            for (int i = row; i < row + keys; i++) {
              dLogits[i] = p[i] * (dLogits[i] - mean);
            }
          }
          toInput(node, 0, dq -> pairs.each((i, a, b) -> axpy(scale * dLogits[i], k, b, dq, a, d)));
          toInput(node, 1, dk -> pairs.each((i, a, b) -> axpy(scale * dLogits[i], q, a, dk, b, d)));
          toInput(node, 2, dv -> pairs.each((i, a, b) -> axpy(p[i], dy, a, dv, b, d)));
          for (int m = 3; m < node.inputs().size(); m++) {
            int[] at = e.broadcast().index(shape(node, m), logitShape);
            toInput(
                node,
                m,
                dMask -> {
                  for (int i = 0; i < dLogits.length; i++) {
                    dMask[at[i]] += dLogits[i];
                  }
                });
          }
        });
    return y;
  }

  /** Every pair of a query and a key, by head. */
  private record Pairs(int batch, int heads, int queries, int keys, int width) {
    interface Visitor {
      /**
       * Visits a pair.
       *
       * @param i the index of its logit
       * @param query where the query's head begins
       * @param key where the key's head begins
       */
      void visit(int i, int query, int key);
    }

    void each(Visitor visitor) {
      int d = width / heads;
      int i = 0;
      for (int b = 0; b < batch; b++) {
        for (int h = 0; h < heads; h++) {
          for (int q = 0; q < queries; q++) {
            for (int k = 0; k < keys; k++) {
              visitor.visit(i++, (b * queries + q) * width + h * d, (b * keys + k) * width + h * d);
            }
          }
        }
      }
    }
  }

  private static double dot(double[] a, int atA, double[] b, int atB, int count) {
    double sum = 0;
    for (int c = 0; c < count; c++) {
      sum += a[atA + c] * b[atB + c];
    }
    return sum;
  }

  private static void axpy(double factor, double[] x, int atX, double[] y, int atY, int count) {
    for (int c = 0; c < count; c++) {
      y[atY + c] += factor * x[atX + c];
    }
  }

  private static void softmax(double[] logits, int columns) {
    for (int row = 0; row < logits.length; row += columns) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = row; i < row + columns; i++) {
        max = Math.max(max, logits[i]);
      }
      double sum = 0;
      for (int i = row; i < row + columns; i++) {
        logits[i] = Math.exp(logits[i] - max);
        sum += logits[i];
      }
      for (int i = row; i < row + columns; i++) {
        logits[i] /= sum;
      }
    }
  }

  @Override
  public double[] visit(Layer.Hide layer, Node node) {
    double[] present = in(node, 0);
    int tokens = shape(node, 0)[1];
    int keys = Math.toIntExact(node.output().last());
    double[] y = new double[size(node)];
    for (int i = 0; i < present.length; i++) {
      y[i / tokens * keys + i % tokens] = (1 - present[i]) * layer.hidden();
    }
    e.onBackward(
        node,
        dy ->
            toInput(
                node,
                0,
                dx -> {
                  for (int i = 0; i < dx.length; i++) {
                    dx[i] -= layer.hidden() * dy[i / tokens * keys + i % tokens];
                  }
                }));
    return y;
  }

  @Override
  public double[] visit(Layer.AveragePool layer, Node node) {
    double[] x = in(node, 0);
    int[] to = coarse(shape(node, 0));
    double[] y = new double[size(node)];
    for (int i = 0; i < x.length; i++) {
      y[to[i]] += x[i] / 4;
    }
    e.onBackward(
        node,
        dy ->
            toInput(
                node,
                0,
                dx -> {
                  for (int i = 0; i < dx.length; i++) {
                    dx[i] += dy[to[i]] / 4;
                  }
                }));
    return y;
  }
}
