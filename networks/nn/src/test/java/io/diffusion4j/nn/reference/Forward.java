package io.diffusion4j.nn.reference;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Statistic;
import io.diffusion4j.nn.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The layers of losses in plain Java: each method computes the output and records the backward
 * pass. The code is written for readability, with the loops in the Javadoc of {@link Layer}.
 */
abstract class Forward implements Layer.Visitor<Node, double[]> {
  final Interpreter.Evaluation e;

  Forward(Interpreter.Evaluation evaluation) {
    this.e = evaluation;
  }

  final double[] in(Node node, int i) {
    return e.value(node.inputs().get(i));
  }

  final int[] shape(Node node, int i) {
    return e.shape(node.inputs().get(i));
  }

  final int size(Node node) {
    return Arrays.stream(e.shape(node.output())).reduce(1, Math::multiplyExact);
  }

  /** Adds to the gradient of an input, if it is needed. */
  final void toInput(Node node, int i, Interpreter.Evaluation.Pullback adder) {
    Tensor input = node.inputs().get(i);
    if (e.isDifferentiated(input)) {
      adder.pull(e.gradient(input));
    }
  }

  /** Computes a layer that only moves values: each output place has the value of an input place. */
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

  static void add(double[] values, double[] to) {
    for (int i = 0; i < values.length; i++) {
      to[i] += values[i];
    }
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
  public double[] visit(Layer.Permute layer, Node node) {
    int[] strides = new int[layer.axes().size()];
    int[] of = shape(node, 0);
    for (int i = 0; i < strides.length; i++) {
      strides[i] = inner(of, layer.axes().get(i));
    }
    int[] to = e.shape(node.output());
    int[] from = new int[size(node)];
    for (int i = 0; i < from.length; i++) {
      int rest = i;
      for (int axis = to.length - 1; axis >= 0; axis--) {
        from[i] += rest % to[axis] * strides[axis];
        rest /= to[axis];
      }
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

  /**
   * Returns, for each value of an image, the place of its 2×2 block in an image of half the size.
   */
  static int[] coarse(int[] s) {
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
                    dx[i] += dy[i] * Derivatives.of(f, x[i], y[i]);
                  }
                }));
    return y;
  }

  /** Returns, for each value of the output, the place of the input's value. */
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
                  da[atA[i]] += dy[i] * Derivatives.byFirst(operation, a[atA[i]], b[atB[i]]);
                }
              });
          toInput(
              node,
              1,
              db -> {
                for (int i = 0; i < dy.length; i++) {
                  db[atB[i]] += dy[i] * Derivatives.bySecond(operation, a[atA[i]], b[atB[i]]);
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

  /** Returns the place of the statistic of each value. */
  private int[] reduced(int[] shape, List<Integer> axes) {
    int[] kept = shape.clone();
    axes.forEach(axis -> kept[axis] = 1);
    return e.broadcast().index(kept, shape);
  }

  @Override
  public double[] visit(Layer.Product layer, Node node) {
    double[] a = in(node, 0);
    double[] b = in(node, 1);
    int[] s = shape(node, 0);
    int k = s[s.length - 1];
    int m = s[s.length - 2];
    int n = shape(node, 1)[s.length - 2];
    double[] y = new double[a.length / k * n];
    int matrices = a.length / (m * k);
    for (int i = 0; i < matrices; i++) {
      double[] part = new double[m * n];
      Matrices.timesTransposed(part(a, i, m * k), part(b, i, n * k), part, m, n, k);
      System.arraycopy(part, 0, y, i * m * n, m * n);
    }
    e.onBackward(
        node,
        dy -> {
          for (int i = 0; i < matrices; i++) {
            int at = i;
            double[] d = part(dy, i, m * n);
            double[] da = new double[m * k];
            double[] db = new double[n * k];
            Matrices.times(d, part(b, i, n * k), da, m, k, n);
            Matrices.transposedTimes(d, part(a, i, m * k), db, n, k, m);
            toInput(node, 0, all -> add(da, all, at * m * k));
            toInput(node, 1, all -> add(db, all, at * n * k));
          }
        });
    return y;
  }

  private static double[] part(double[] values, int i, int size) {
    return Arrays.copyOfRange(values, i * size, (i + 1) * size);
  }

  private static void add(double[] part, double[] all, int begin) {
    for (int i = 0; i < part.length; i++) {
      all[begin + i] += part[i];
    }
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
