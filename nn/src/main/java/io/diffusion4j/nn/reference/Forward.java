package io.diffusion4j.nn.reference;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Statistic;
import io.diffusion4j.nn.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The layers in plain Java: each method computes the output and notes how gradients go back.
 * Written to be read, with the loops that the Javadoc of {@link Layer} implies.
 */
final class Forward implements Layer.Visitor<Node, double[]> {
  private final Interpreter.Evaluation e;

  Forward(Interpreter.Evaluation evaluation) {
    this.e = evaluation;
  }

  private double[] in(Node node, int i) {
    return e.value(node.inputs().get(i));
  }

  private int[] shape(Node node, int i) {
    return e.shape(node.inputs().get(i));
  }

  private int size(Node node) {
    return Arrays.stream(e.shape(node.output())).reduce(1, Math::multiplyExact);
  }

  /** Adds to the gradient of an input, if it is asked for. */
  private void toInput(Node node, int i, Interpreter.Evaluation.Pullback adder) {
    Tensor input = node.inputs().get(i);
    if (e.isDifferentiated(input)) {
      adder.pull(e.gradient(input));
    }
  }

  /** Of a layer that moves values: the value of an output place is that of an input place. */
  private double[] moved(Node node, int[] from) {
    double[] x = in(node, 0);
    double[] y = new double[from.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = x[from[i]];
    }
    e.onBackward(
        node,
        dy ->
            toInput(
                node,
                0,
                dx -> {
                  for (int i = 0; i < dy.length; i++) {
                    dx[from[i]] += dy[i];
                  }
                }));
    return y;
  }

  // Sources

  @Override
  public double[] visit(Layer.Input layer, Node node) {
    return e.input(layer.name(), node.output());
  }

  @Override
  public double[] visit(Layer.Constant layer, Node node) {
    double[] y = new double[layer.values().length];
    for (int i = 0; i < y.length; i++) {
      y[i] = layer.values()[i];
    }
    return y;
  }

  @Override
  public double[] visit(Layer.Learned layer, Node node) {
    e.onBackward(node, dy -> add(dy, e.parameterGradient(layer.key())));
    return e.parameter(layer.key()).clone();
  }

  private static void add(double[] values, double[] to) {
    for (int i = 0; i < values.length; i++) {
      to[i] += values[i];
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
    var windows = new Windows(s[0], s[1], s[2], s[3], layer.kernel(), layer.stride(), layer.pad());
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
            dy[i] *= function.derivative(x[i], y[i]);
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

  // Arrangement

  @Override
  public double[] visit(Layer.Deal layer, Node node) {
    int width = Math.toIntExact(node.output().last());
    int sample = layer.parts() * width;
    int[] from = new int[size(node)];
    for (int i = 0; i < from.length; i++) {
      int token = i % sample / width;
      from[i] = i / sample * sample + i % width * layer.parts() + token;
    }
    return moved(node, from);
  }

  @Override
  public double[] visit(Layer.Concat layer, Node node) {
    int[] s = e.shape(node.output());
    double[] y = new double[size(node)];
    int inner = inner(s, layer.axis());
    int row = s[layer.axis()] * inner;
    int at = 0;
    for (int i = 0; i < node.inputs().size(); i++) {
      double[] x = in(node, i);
      int part = shape(node, i)[layer.axis()] * inner;
      int begin = at;
      for (int j = 0; j < x.length; j++) {
        y[j / part * row + begin + j % part] = x[j];
      }
      int index = i;
      e.onBackward(
          node,
          dy ->
              toInput(
                  node,
                  index,
                  dx -> {
                    for (int j = 0; j < dx.length; j++) {
                      dx[j] += dy[j / part * row + begin + j % part];
                    }
                  }));
      at += part;
    }
    return y;
  }

  private static int inner(int[] shape, int axis) {
    int inner = 1;
    for (int i = axis + 1; i < shape.length; i++) {
      inner *= shape[i];
    }
    return inner;
  }

  @Override
  public double[] visit(Layer.Reshape layer, Node node) {
    return same(node);
  }

  private double[] same(Node node) {
    e.onBackward(node, dy -> toInput(node, 0, dx -> add(dy, dx)));
    return in(node, 0).clone();
  }

  @Override
  public double[] visit(Layer.Slice layer, Node node) {
    int[] s = shape(node, 0);
    int inner = inner(s, layer.axis());
    int begin = Math.toIntExact(layer.begin() * inner);
    int part = Math.toIntExact(layer.size() * inner);
    int row = s[layer.axis()] * inner;
    int[] from = new int[size(node)];
    for (int i = 0; i < from.length; i++) {
      from[i] = i / part * row + begin + i % part;
    }
    return moved(node, from);
  }

  @Override
  public double[] visit(Layer.ForEach layer, Node node) {
    int[] from = new int[size(node)];
    int row = in(node, 0).length;
    for (int i = 0; i < from.length; i++) {
      from[i] = i % row;
    }
    return moved(node, from);
  }

  @Override
  public double[] visit(Layer.UpsampleNearest layer, Node node) {
    return moved(node, coarse(e.shape(node.output())));
  }

  /** For each value of an image the place of its 2×2 block's in an image of half the size. */
  private static int[] coarse(int[] s) {
    int[] from = new int[s[0] * s[1] * s[2] * s[3]];
    for (int i = 0; i < from.length; i++) {
      int c = i % s[3];
      int x = i / s[3] % s[2];
      int y = i / (s[3] * s[2]) % s[1];
      int b = i / (s[3] * s[2] * s[1]);
      from[i] = ((b * (s[1] / 2) + y / 2) * (s[2] / 2) + x / 2) * s[3] + c;
    }
    return from;
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

  // Arithmetic

  @Override
  public double[] visit(Layer.Apply layer, Node node) {
    double[] x = in(node, 0);
    Function f = layer.function();
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = f.of(x[i]);
    }
    e.onBackward(
        node,
        dy ->
            toInput(
                node,
                0,
                dx -> {
                  for (int i = 0; i < dx.length; i++) {
                    dx[i] += dy[i] * f.derivative(x[i], y[i]);
                  }
                }));
    return y;
  }

  /** For each value of the output the place of the value of an input. */
  private int[] places(Node node, int i) {
    return e.broadcast().index(shape(node, i), e.shape(node.output()));
  }

  @Override
  public double[] visit(Layer.Combine layer, Node node) {
    double[] a = in(node, 0);
    double[] b = in(node, 1);
    int[] atA = places(node, 0);
    int[] atB = places(node, 1);
    Operation operation = layer.operation();
    double[] y = new double[atA.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = operation.of(a[atA[i]], b[atB[i]]);
    }
    e.onBackward(
        node,
        dy -> {
          toInput(
              node,
              0,
              da -> {
                for (int i = 0; i < dy.length; i++) {
                  da[atA[i]] += dy[i] * operation.byFirst(a[atA[i]], b[atB[i]]);
                }
              });
          toInput(
              node,
              1,
              db -> {
                for (int i = 0; i < dy.length; i++) {
                  db[atB[i]] += dy[i] * operation.bySecond(a[atA[i]], b[atB[i]]);
                }
              });
        });
    return y;
  }

  @Override
  public double[] visit(Layer.Select layer, Node node) {
    double[] condition = in(node, 0);
    int[] at = places(node, 0);
    boolean[] chosen = new boolean[at.length];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = condition[at[i]] > 0;
    }
    double[] then = in(node, 1);
    double[] otherwise = in(node, 2);
    int[] atThen = places(node, 1);
    int[] atOtherwise = places(node, 2);
    double[] y = new double[at.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = chosen[i] ? then[atThen[i]] : otherwise[atOtherwise[i]];
    }
    e.onBackward(
        node,
        dy -> {
          toInput(
              node,
              1,
              d -> {
                for (int i = 0; i < dy.length; i++) {
                  d[atThen[i]] += chosen[i] ? dy[i] : 0;
                }
              });
          toInput(
              node,
              2,
              d -> {
                for (int i = 0; i < dy.length; i++) {
                  d[atOtherwise[i]] += chosen[i] ? 0 : dy[i];
                }
              });
        });
    return y;
  }

  @Override
  public double[] visit(Layer.Reduce layer, Node node) {
    double[] x = in(node, 0);
    int[] to = reduced(shape(node, 0), layer.axes());
    double[] y = new double[size(node)];
    double count = (double) x.length / y.length;
    double[] share = new double[x.length]; // the derivative of each value's statistic by it
    switch (layer.statistic()) {
      case SUM, MEAN -> {
        double each = layer.statistic() == Statistic.SUM ? 1 : 1 / count;
        for (int i = 0; i < x.length; i++) {
          y[to[i]] += x[i] * each;
          share[i] = each;
        }
      }
      case MAXIMUM -> {
        largest(x, to, y);
        double[] ties = new double[y.length];
        for (int i = 0; i < x.length; i++) {
          ties[to[i]] += x[i] == y[to[i]] ? 1 : 0;
        }
        for (int i = 0; i < x.length; i++) {
          share[i] = x[i] == y[to[i]] ? 1 / ties[to[i]] : 0;
        }
      }
      case LOG_SUM_EXP -> {
        largest(x, to, y);
        double[] sum = new double[y.length];
        for (int i = 0; i < x.length; i++) {
          sum[to[i]] += Math.exp(x[i] - y[to[i]]);
        }
        for (int i = 0; i < y.length; i++) {
          y[i] += Math.log(sum[i]);
        }
        for (int i = 0; i < x.length; i++) {
          share[i] = Math.exp(x[i] - y[to[i]]);
        }
      }
    }
    e.onBackward(
        node,
        dy ->
            toInput(
                node,
                0,
                dx -> {
                  for (int i = 0; i < dx.length; i++) {
                    dx[i] += dy[to[i]] * share[i];
                  }
                }));
    return y;
  }

  private static void largest(double[] x, int[] to, double[] y) {
    Arrays.fill(y, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < x.length; i++) {
      y[to[i]] = Math.max(y[to[i]], x[i]);
    }
  }

  /** For each value the place of its statistic. */
  private int[] reduced(int[] shape, List<Integer> axes) {
    int[] kept = shape.clone();
    axes.forEach(axis -> kept[axis] = 1);
    return e.broadcast().index(kept, shape);
  }

  @Override
  public double[] visit(Layer.Product layer, Node node) {
    double[] a = in(node, 0);
    double[] b = in(node, 1);
    int k = shape(node, 0)[1];
    int m = a.length / k;
    int n = b.length / k;
    double[] y = new double[m * n];
    Matrices.timesTransposed(a, b, y, m, n, k);
    e.onBackward(
        node,
        dy -> {
          toInput(node, 0, da -> Matrices.times(dy, b, da, m, k, n));
          toInput(node, 1, db -> Matrices.transposedTimes(dy, a, db, n, k, m));
        });
    return y;
  }

  @Override
  public double[] visit(Layer.OneHot layer, Node node) {
    double[] ids = in(node, 0);
    double[] y = new double[ids.length * layer.size()];
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] >= 0 && ids[i] < layer.size()) {
        y[i * layer.size() + (int) ids[i]] = 1;
      }
    }
    return y;
  }

  @Override
  public double[] visit(Layer.Detached layer, Node node) {
    return in(node, 0).clone();
  }
}
