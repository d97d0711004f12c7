package io.diffusion4j.nn.exact;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Statistic;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.exact.ExactLowering.Step;
import io.diffusion4j.nn.exact.Products.Window;
import io.diffusion4j.nn.weights.Layout;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Makes the step of each layer, for a sample as a batch of one row. The loops of a step are in
 * float32, and each result depends on a fixed order of operations, whatever the threads.
 */
final class ExactLowering implements Layer.Visitor<Node, Step> {
  /** Computes the value of a node. */
  @FunctionalInterface
  interface Step {
    void run(Values values, Crew crew);
  }

  private final Network network;
  private final TensorSource weights;
  private final Products products;
  private final Set<Integer> narrow;
  private final Map<String, Filter> filters;

  /** A product with learned weights, and the scales of its outputs. */
  @SuppressWarnings("ArrayRecordComponent") // bulk data
  record Filter(Products.Filter product, float[] scales) {}

  /**
   * Creates a lowering.
   *
   * @param narrow the nodes whose products have one limb
   * @param filters the products so far, by layer and size
   */
  ExactLowering(
      Network network,
      TensorSource weights,
      Products products,
      Set<Integer> narrow,
      Map<String, Filter> filters) {
    this.network = network;
    this.weights = weights;
    this.products = products;
    this.narrow = narrow;
    this.filters = filters;
  }

  private static int[] shape(Tensor value) {
    return Arrays.stream(value.shape(1)).mapToInt(Math::toIntExact).toArray();
  }

  static int size(Tensor value) {
    return Arrays.stream(shape(value)).reduce(1, Math::multiplyExact);
  }

  private static int inner(int[] shape, int axis) {
    return Arrays.stream(shape).skip(axis + 1L).reduce(1, Math::multiplyExact);
  }

  private static int out(Node node) {
    return node.output().node();
  }

  private static UnsupportedLayerException unsupported(Node node) {
    return new UnsupportedLayerException(node.layer() + " of " + node.inputs());
  }

  private float[] read(String key) {
    return weights.read(key);
  }

  // Sources

  /** Inputs are set before the first step. */
  @Override
  public Step visit(Layer.Input layer, Node node) {
    return (values, crew) -> {};
  }

  @Override
  public Step visit(Layer.Constant layer, Node node) {
    return (values, crew) -> values.set(out(node), layer.values());
  }

  @Override
  public Step visit(Layer.Learned layer, Node node) {
    var parameter = network.parameter(layer.key());
    float[] value = parameter.layout().toGraph(read(layer.key()), parameter.shape());
    return (values, crew) -> values.set(out(node), value);
  }

  // Products

  @Override
  public Step visit(Layer.Linear layer, Node node) {
    int in = Math.toIntExact(layer.in());
    int positions = size(node.inputs().get(0)) / in;
    var window = Window.matrix(positions, in, Math.toIntExact(layer.out()));
    return product(node, window, layer.weight(), layer.bias());
  }

  @Override
  public Step visit(Layer.Conv2d layer, Node node) {
    int[] s = shape(node.inputs().get(0));
    var window =
        new Window(
            s[1],
            s[2],
            s[3],
            Math.toIntExact(layer.out()),
            layer.kernel(),
            layer.stride(),
            layer.pad(),
            layer.padEnd());
    return product(node, window, layer.weight(), layer.bias());
  }

  private Step product(Node node, Window window, String weight, String bias) {
    int limbs = narrow.contains(out(node)) ? 1 : 2;
    var filter =
        filters.computeIfAbsent(
            weight + " " + window + " " + limbs, k -> filter(weight, window, limbs));
    int n = window.out();
    float[] shift = bias.isEmpty() ? new float[n] : read(bias);
    int positions = Math.min(Tiles.positions(n), window.outSize() / n);
    float[] scales = Tiles.repeated(filter.scales, positions);
    float[] shifts = Tiles.repeated(shift, positions);
    return (values, crew) -> {
      float scale = Quantised.scale(values.size(node.input(0), crew), limbs);
      float[] y = values.make(out(node));
      float[] factors = scales.clone();
      for (int i = 0; i < factors.length; i++) {
        factors[i] *= scale;
      }
      filter.product.run(
          values.get(node.input(0)),
          1 / scale,
          (sums, position, count) ->
              scaled(sums, limbs, count * n, factors, shifts, y, position * n),
          crew);
    };
  }

  /** Writes sums times factors, plus shifts. */
  private static void scaled(
      FloatBuffer sums, int limbs, int size, float[] factors, float[] shifts, float[] y, int to) {
    int length = Math.min(size, factors.length);
    float[] tile = Scratch.TILE.array(length);
    float[] middle = Scratch.TILE_2.array(length);
    float[] otherMiddle = Scratch.TILE_3.array(length);
    float[] low = Scratch.TILE_4.array(length);
    for (int at = 0; at < size; at += length) {
      int n = Math.min(length, size - at);
      sums.get(at, tile, 0, n);
      if (limbs == 2) {
        sums.get(size + at, middle, 0, n);
        sums.get(2 * size + at, otherMiddle, 0, n);
        sums.get(3 * size + at, low, 0, n);
        Tiles.join(tile, middle, otherMiddle, low, factors, shifts, n);
      } else {
        Tiles.scale(tile, factors, shifts, n);
      }
      System.arraycopy(tile, 0, y, to + at, n);
    }
  }

  private Filter filter(String key, Window window, int limbs) {
    var parameter = network.parameter(key);
    int out = window.out();
    int in = window.in();
    int taps = window.kernel() * window.kernel();
    float[] stored = read(key);
    float[] ordered = stored;
    if (parameter.layout() == Layout.SAME) { // [in, out]
      ordered = Layout.LINEAR.toGraph(stored, new long[] {in, out});
    } else if (taps > 1) { // [out, in, kernel, kernel]
      ordered = new float[stored.length];
      for (int i = 0; i < stored.length; i++) {
        int o = i / (in * taps);
        ordered[(o * taps + i % taps) * in + i / taps % in] = stored[i];
      }
    }
    var integers = Quantised.Weights.of(ordered, out, limbs);
    return new Filter(products.filter(window, integers.limbs()), integers.scales());
  }

  @Override
  public Step visit(Layer.Embedding layer, Node node) {
    float[] table = read(layer.table());
    int width = Math.toIntExact(layer.width());
    return (values, crew) -> {
      float[] ids = values.get(node.input(0));
      float[] y = values.make(out(node));
      for (int i = 0; i < ids.length; i++) {
        System.arraycopy(table, ((int) ids[i]) * width, y, i * width, width);
      }
    };
  }

  // Normalisation and attention

  @Override
  public Step visit(Layer.GroupNorm layer, Node node) {
    int[] s = shape(node.output());
    var norm = new Norms.OfGroups(s[1] * s[2], s[3], layer.groups(), layer.eps());
    float[] gain = read(layer.gain());
    float[] shift = read(layer.shift());
    return (values, crew) -> {
      float[] x = values.get(node.input(0));
      var affine = norm.coefficients(x, gain, shift, crew);
      if (node.inputs().size() == 2) {
        affine.modulate(values.get(node.input(1)));
      }
      var size = norm.apply(x, affine, layer.silu(), values.make(out(node)), crew);
      values.setSize(out(node), size);
    };
  }

  @Override
  public Step visit(Layer.LayerNorm layer, Node node) {
    float[] gain = read(layer.gain());
    float[] shift = read(layer.shift());
    return (values, crew) ->
        Norms.rows(
            values.get(node.input(0)), gain, shift, layer.eps(), values.make(out(node)), crew);
  }

  @Override
  public Step visit(Layer.AdaptiveLayerNorm layer, Node node) {
    return (values, crew) -> {
      float[] gain = values.get(node.input(1)).clone();
      for (int c = 0; c < gain.length; c++) {
        gain[c] += 1;
      }
      Norms.rows(
          values.get(node.input(0)),
          gain,
          values.get(node.input(2)),
          layer.eps(),
          values.make(out(node)),
          crew);
    };
  }

  @Override
  public Step visit(Layer.Chosen layer, Node node) {
    float[] row = read(layer.row());
    return (values, crew) -> {
      float[] x = values.get(node.input(0));
      float u = values.get(node.input(1))[0];
      float[] y = values.make(out(node));
      for (int c = 0; c < y.length; c++) {
        y[c] = x[c] * u + row[c] * (1 - u);
      }
    };
  }

  @Override
  public Step visit(Layer.Attention layer, Node node) {
    int[] q = shape(node.inputs().get(0));
    int[] k = shape(node.inputs().get(1));
    var attention = new ExactAttention(products, layer.heads(), q[1], k[1], q[2]);
    var masks = node.inputs().subList(3, node.inputs().size());
    int[] logits = {1, layer.heads(), q[1], k[1]};
    var strides = masks.stream().map(mask -> strides(shape(mask), logits)).toList();
    return (values, crew) ->
        attention.run(
            values.get(node.input(0)),
            values.get(node.input(1)),
            values.get(node.input(2)),
            masks.stream().map(mask -> values.get(mask.node())).toList(),
            strides,
            values.make(out(node)),
            crew);
  }

  @Override
  public Step visit(Layer.Hide layer, Node node) {
    return (values, crew) -> {
      float[] p = values.get(node.input(0));
      float[] y = values.make(out(node));
      Arrays.fill(y, 0);
      for (int i = 0; i < p.length; i++) {
        y[i] = (1 - p[i]) * layer.hidden();
      }
    };
  }

  // Arrangement

  @Override
  public Step visit(Layer.Deal layer, Node node) {
    int parts = layer.parts();
    return (values, crew) -> {
      float[] x = values.get(node.input(0));
      float[] y = values.make(out(node));
      int width = y.length / parts;
      for (int i = 0; i < y.length; i++) {
        y[i] = x[i % width * parts + i / width];
      }
    };
  }

  @Override
  public Step visit(Layer.Concat layer, Node node) {
    int[] s = shape(node.output());
    int row = s[layer.axis()] * inner(s, layer.axis());
    return (values, crew) -> {
      float[] y = values.make(out(node));
      crew.divide(
          y.length / row,
          row,
          (begin, end) -> {
            int at = 0;
            for (Tensor input : node.inputs()) {
              float[] x = values.get(input.node());
              int part = shape(input)[layer.axis()] * inner(s, layer.axis());
              for (int i = begin; i < end; i++) {
                System.arraycopy(x, i * part, y, i * row + at, part);
              }
              at += part;
            }
          });
    };
  }

  @Override
  public Step visit(Layer.Reshape layer, Node node) {
    return copy(node);
  }

  /** Every sample has the same value. */
  @Override
  public Step visit(Layer.ForEach layer, Node node) {
    return copy(node);
  }

  private static Step copy(Node node) {
    return (values, crew) -> {
      float[] y = values.make(out(node));
      System.arraycopy(values.get(node.input(0)), 0, y, 0, y.length);
    };
  }

  @Override
  public Step visit(Layer.Slice layer, Node node) {
    int[] s = shape(node.inputs().get(0));
    int inner = inner(s, layer.axis());
    int row = s[layer.axis()] * inner;
    int part = Math.toIntExact(layer.size() * inner);
    int begin = Math.toIntExact(layer.begin() * inner);
    return (values, crew) -> {
      float[] x = values.get(node.input(0));
      float[] y = values.make(out(node));
      for (int i = 0; i * part < y.length; i++) {
        System.arraycopy(x, i * row + begin, y, i * part, part);
      }
    };
  }

  @Override
  public Step visit(Layer.Permute layer, Node node) {
    int[] s = shape(node.output());
    int[] of = shape(node.inputs().get(0));
    int[] strides = layer.axes().stream().mapToInt(axis -> inner(of, axis)).toArray();
    int[] places = places(s, strides);
    int last = s[s.length - 1];
    int stride = strides[s.length - 1];
    return (values, crew) -> {
      float[] x = values.get(node.input(0));
      float[] y = values.make(out(node));
      for (int row = 0; row < places.length; row++) {
        for (int i = 0; i < last; i++) {
          y[row * last + i] = x[places[row] + i * stride];
        }
      }
    };
  }

  @Override
  public Step visit(Layer.UpsampleNearest layer, Node node) {
    int[] s = shape(node.inputs().get(0));
    int c = s[3];
    int row = 2 * s[2] * c;
    return (values, crew) -> {
      float[] x = values.get(node.input(0));
      float[] y = values.make(out(node));
      crew.divide(
          s[1],
          2 * row,
          (begin, end) -> {
            for (int i = begin; i < end; i++) {
              for (int j = 0; j < s[2]; j++) {
                int from = (i * s[2] + j) * c;
                System.arraycopy(x, from, y, 2 * i * row + 2 * j * c, c);
                System.arraycopy(x, from, y, 2 * i * row + (2 * j + 1) * c, c);
              }
              System.arraycopy(y, 2 * i * row, y, (2 * i + 1) * row, row);
            }
          });
    };
  }

  @Override
  public Step visit(Layer.AveragePool layer, Node node) {
    int[] s = shape(node.inputs().get(0));
    int c = s[3];
    int row = s[2] * c;
    return (values, crew) -> {
      float[] x = values.get(node.input(0));
      float[] y = values.make(out(node));
      crew.divide(
          y.length / c,
          c,
          (begin, end) -> {
            for (int pixel = begin; pixel < end; pixel++) {
              int from = 2 * (pixel / (s[2] / 2)) * row + 2 * (pixel % (s[2] / 2)) * c;
              for (int i = 0; i < c; i++) {
                float above = x[from + i] + x[from + c + i];
                float below = x[from + row + i] + x[from + row + c + i];
                y[pixel * c + i] = (above + below) * 0.25f;
              }
            }
          });
    };
  }

  // Arithmetic

  @Override
  public Step visit(Layer.Apply layer, Node node) {
    Function function = layer.function();
    if (!Curves.has(function)) {
      throw unsupported(node);
    }
    return (values, crew) -> {
      float[] x = values.get(node.input(0));
      float[] y = values.make(out(node));
      crew.divide(y.length, 1, (begin, end) -> Curves.apply(function, x, y, begin, end));
    };
  }

  /** Returns the strides of a value where it is broadcast to a shape: 0 on repeated axes. */
  private static int[] strides(int[] shape, int[] to) {
    int[] strides = new int[to.length];
    int stride = 1;
    for (int back = 1; back <= shape.length; back++) {
      int size = shape[shape.length - back];
      strides[to.length - back] = size == 1 ? 0 : stride;
      stride *= size;
    }
    return strides;
  }

  @Override
  public Step visit(Layer.Combine layer, Node node) {
    if (shape(node.inputs().get(0)).length > 0
        && Arrays.equals(shape(node.inputs().get(0)), shape(node.inputs().get(1)))) {
      return ofPairs(layer.operation(), node);
    }
    int[] s = shape(node.output());
    int last = s.length == 0 ? 1 : s[s.length - 1];
    int[] a = strides(shape(node.inputs().get(0)), s);
    int[] b = strides(shape(node.inputs().get(1)), s);
    int[] ofA = places(s, a);
    int[] ofB = places(s, b);
    int rows = Tiles.positions(last);
    return (values, crew) -> {
      float[] x = values.get(node.input(0));
      float[] z = values.get(node.input(1));
      float[] y = values.make(out(node));
      crew.divide(
          y.length / last,
          last,
          (begin, end) -> {
            float[] tile = Scratch.TILE.array(Math.min(rows, end - begin) * last);
            float[] other = Scratch.TILE_2.array(tile.length);
            for (int first = begin; first < end; first += rows) {
              int n = Math.min(rows, end - first) * last;
              broadcast(x, ofA, first, isRepeated(a), last, tile, n);
              broadcast(z, ofB, first, isRepeated(b), last, other, n);
              pairs(layer.operation(), tile, other, tile, 0, n);
              System.arraycopy(tile, 0, y, first * last, n);
            }
          });
    };
  }

  /** Whether all values of a row are the same. */
  private static boolean isRepeated(int[] strides) {
    return strides.length == 0 || strides[strides.length - 1] == 0;
  }

  /** Copies some rows of a value as it is broadcast. */
  private static void broadcast(
      float[] x, int[] places, int first, boolean isRepeated, int last, float[] to, int n) {
    for (int at = 0, row = first; at < n; at += last, row++) {
      if (isRepeated) {
        Arrays.fill(to, at, at + last, x[places[row]]);
      } else {
        System.arraycopy(x, places[row], to, at, last);
      }
    }
  }

  /** An operation on values of the same shape. */
  private static Step ofPairs(Operation operation, Node node) {
    return (values, crew) -> {
      float[] a = values.get(node.input(0));
      float[] b = values.get(node.input(1));
      float[] y = values.make(out(node));
      crew.divide(y.length, 1, (begin, end) -> pairs(operation, a, b, y, begin, end));
    };
  }

  private static void pairs(
      Operation operation, float[] a, float[] b, float[] y, int begin, int end) {
    switch (operation) {
      case ADD -> {
        for (int i = begin; i < end; i++) {
          y[i] = a[i] + b[i];
        }
      }
      case MULTIPLY -> {
        for (int i = begin; i < end; i++) {
          y[i] = a[i] * b[i];
        }
      }
      case SUBTRACT, MAXIMUM, MINIMUM -> {
        for (int i = begin; i < end; i++) { // one rounding to float is that of float operations
          y[i] = (float) operation.of(a[i], b[i]);
        }
      }
    }
  }

  /** Returns the place of the first value of each row, the axes before the last together. */
  private static int[] places(int[] shape, int[] strides) {
    int[] places = {0};
    for (int axis = 0; axis < shape.length - 1; axis++) {
      int size = shape[axis];
      int stride = strides[axis];
      places =
          Arrays.stream(places)
              .flatMap(place -> IntStream.range(0, size).map(i -> place + i * stride))
              .toArray();
    }
    return places;
  }

  @Override
  public Step visit(Layer.Reduce layer, Node node) {
    var x = node.inputs().get(0);
    boolean isOverTokens = x.rank() == 3 && layer.axes().equals(List.of(1));
    if (layer.statistic() != Statistic.SUM || !isOverTokens) {
      throw unsupported(node);
    }
    return (values, crew) -> {
      float[] from = values.get(x.node());
      float[] y = values.make(out(node));
      Arrays.fill(y, 0);
      for (int at = 0; at < from.length; at += y.length) {
        for (int c = 0; c < y.length; c++) {
          y[c] += from[at + c];
        }
      }
    };
  }

  // Layers of losses and classifiers

  @Override
  public Step visit(Layer.Select layer, Node node) {
    throw unsupported(node);
  }

  /** Each sum is over the columns in order. */
  @Override
  public Step visit(Layer.Product layer, Node node) {
    int[] s = shape(node.output());
    if (s.length < 3) {
      throw unsupported(node); // of all samples
    }
    int m = s[s.length - 2];
    int n = s[s.length - 1];
    int k = shape(node.inputs().get(0))[s.length - 1];
    return (values, crew) -> {
      float[] a = values.get(node.input(0));
      float[] b = values.get(node.input(1));
      float[] y = values.make(out(node));
      crew.divide(
          y.length / n,
          n * k,
          (begin, end) -> {
            for (int row = begin; row < end; row++) {
              for (int column = 0; column < n; column++) {
                int of = (row / m * n + column) * k;
                float sum = 0;
                for (int i = 0; i < k; i++) {
                  sum += a[row * k + i] * b[of + i];
                }
                y[row * n + column] = sum;
              }
            }
          });
    };
  }

  @Override
  public Step visit(Layer.OneHot layer, Node node) {
    return (values, crew) -> {
      float[] ids = values.get(node.input(0));
      float[] y = values.make(out(node));
      Arrays.fill(y, 0);
      for (int i = 0; i < ids.length; i++) {
        if (ids[i] >= 0 && ids[i] < layer.size()) {
          y[i * layer.size() + (int) ids[i]] = 1;
        }
      }
    };
  }

  @Override
  public Step visit(Layer.Detached layer, Node node) {
    throw unsupported(node);
  }

  /** Returns a new collection of products, to be shared by a network and its variants. */
  static Map<String, Filter> none() {
    return new HashMap<>();
  }
}
