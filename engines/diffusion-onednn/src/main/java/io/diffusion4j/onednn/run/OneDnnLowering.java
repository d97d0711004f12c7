package io.diffusion4j.onednn.run;

import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.onednn.core.Arena;
import io.diffusion4j.onednn.core.Curve;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.View;
import io.diffusion4j.onednn.run.Quantisation.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Makes the steps of each kind of layer, divided into parts. */
public final class OneDnnLowering {
  /** Number of logits that are processed at a time: half of a typical second-level cache. */
  private static final long LOGITS = 256 * 1024;

  /**
   * The number of queries that are processed at a time even if their logits do not fit the cache:
   * with fewer, a product spends most of its time on reading the keys.
   */
  private static final long QUERIES = 256;

  /**
   * From this number of channels on, a product, a sum and SiLU are faster fused than in two passes.
   */
  private static final long WIDE = 256;

  private final Steps steps;
  private final Arena arena;
  private final Primitives primitives;
  private final PackedWeights weights;
  private final DataType type;
  private final Convolutions convolutions;
  private final Quantisation quantisation;

  /** Creates a lowering that adds its steps and buffers to these. */
  public OneDnnLowering(
      Steps steps, Arena arena, Primitives primitives, PackedWeights weights, DataType type) {
    this.steps = steps;
    this.arena = arena;
    this.primitives = primitives;
    this.weights = weights;
    this.type = type;
    this.convolutions = new Convolutions(steps, arena, primitives, weights);
    this.quantisation = new Quantisation(steps, arena, primitives);
  }

  /** Allocates a value. */
  LayerValue value(DataType type, List<Long> shape) {
    return LayerValue.in(arena, type, shape);
  }

  /** Allocates a value that is fed before the first step. */
  LayerValue fed(List<Long> shape) {
    LayerValue value = value(DataType.FLOAT32, shape.isEmpty() ? List.of(1L) : shape);
    value.buffer().usedIn(0);
    return value;
  }

  /**
   * Converts activations to 8-bit integers.
   *
   * @param isOfCurve whether they are values of a {@link Curve}
   */
  Source quantised(LayerValue x, boolean isOfCurve) {
    return quantisation.of(x, isOfCurve);
  }

  LayerValue convolution(
      Layer.Conv2d conv, Source x, List<Long> shape, DataType to, List<PostOp.Pending> after) {
    LayerValue y = value(to, shape);
    if (conv.kernel() == 1 && conv.stride() == 1) {
      var dense = new Layer.Linear(conv.weight(), conv.bias(), conv.in(), conv.out());
      linear(dense, false, x, y, after);
      return y;
    }
    convolutions.add(conv, x, y, after);
    return y;
  }

  /**
   * Divides rows of pixels among the parts; a single row by its outputs, and few rows too if the
   * weights are much larger, so that each part reads only its own weights.
   *
   * @param isByInputs whether the weights are stored as {@code [in, out]}; their parts are not
   *     contiguous then, so rows are divided
   */
  void linear(
      Layer.Linear linear, boolean isByInputs, Source x, LayerValue y, List<PostOp.Pending> after) {
    long pixels = x.value().size() / linear.in();
    var from = x.value().withShape(List.of(pixels, linear.in()));
    var to = y.withShape(List.of(pixels, linear.out()));
    long each = x.value().type().bytes();
    long bytes = linear.in() * linear.out() * each;
    boolean isByOutputs =
        !isByInputs
            && (pixels == 1
                || convolutions.isByOutputs(bytes, (from.size() + to.size()) * each, linear.out()));
    steps.divide(
        isByOutputs ? linear.out() : pixels,
        (part, share) -> {
          Range rows = isByOutputs ? Range.all(pixels) : share;
          Range columns = isByOutputs ? share : Range.all(linear.out());
          var plain =
              new PackedWeights.Plain(
                  linear.weight(),
                  columns.begin() * linear.in(),
                  List.of(linear.in(), columns.size()),
                  isByInputs ? List.of(linear.out(), 1L) : List.of(1L, linear.in()));
          Optional<View> bias =
              linear.bias().isEmpty()
                  ? Optional.empty()
                  : Optional.of(
                      View.dense(
                          weights.vector(linear.bias()),
                          DataType.FLOAT32,
                          columns.begin(),
                          1,
                          columns.size()));
          List<PostOp> fused =
              after.stream()
                  .map(
                      operation ->
                          operation instanceof PostOp.Pending.Apply apply
                              ? new PostOp.Apply(apply.curve())
                              : addTo(((PostOp.Pending.Add) operation).value(), to, rows, columns))
                  .toList();
          primitives.dense(
              part,
              from.matrix(rows),
              x.scale(),
              to.columns(rows, columns),
              weights,
              plain,
              bias,
              fused);
        });
  }

  private static PostOp addTo(LayerValue other, LayerValue to, Range rows, Range columns) {
    return other.size() == to.size()
        ? new PostOp.Add(other.withShape(to.shape()).columns(rows, columns))
        : new PostOp.Add(
            View.dense(
                other.buffer(), other.type(), other.offset() + columns.begin(), 1, columns.size()));
  }

  /**
   * Computes the moments of each part of the pixels; then each part computes and applies the
   * coefficients.
   */
  LayerValue groupNorm(Layer.GroupNorm norm, LayerValue x, Optional<LayerValue> scaleShift) {
    LayerValue y = value(type, x.shape());
    long channels = x.channels();
    List<View> means = new ArrayList<>();
    List<View> variances = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    steps.divide(
        x.pixels(),
        (part, pixels) -> {
          var mean = vector(channels);
          var variance = vector(channels);
          means.add(mean);
          variances.add(variance);
          counts.add(pixels.size());
          primitives.moments(part, x.pixels(pixels), y.pixels(pixels), mean, variance);
        });
    float[] gain = weights.heap(norm.gain());
    float[] shift = weights.heap(norm.shift());
    Optional<View> given = scaleShift.map(v -> v.flat(Range.all(v.size())));
    steps.divide(
        x.pixels(),
        (part, pixels) -> {
          var a = vector(channels);
          var b = vector(channels);
          steps.add(
              part,
              new GroupCoefficients(
                  means, variances, counts, gain, shift, norm.groups(), norm.eps(), given, a, b));
          affine(part, x.pixels(pixels), a, b, y.pixels(pixels), norm.silu());
        });
    return y;
  }

  /** Computes y = a·x + b for each channel, then SiLU if requested. */
  private void affine(int part, View x, View a, View b, View y, boolean silu) {
    if (a.size() >= WIDE) {
      List<PostOp> plus = List.of(new PostOp.Add(View.perChannel(b)));
      var after = silu ? Primitives.then(plus, new PostOp.Apply(Curve.SILU)) : plus;
      primitives.multiply(part, x, View.perChannel(a), y, after);
      return;
    }
    var zeros = constant(a.size(), 0);
    var ones = constant(a.size(), 1);
    primitives.normalise(part, x, zeros, ones, a, b, y);
    if (silu) {
      primitives.apply(part, Curve.SILU, y, y);
    }
  }

  /** Normalises each position independently. */
  LayerValue layerNorm(Layer.LayerNorm norm, LayerValue x) {
    LayerValue y = value(type, x.shape());
    var gain = View.dense(weights.vector(norm.gain()), DataType.FLOAT32, 0, x.channels());
    var shift = View.dense(weights.vector(norm.shift()), DataType.FLOAT32, 0, x.channels());
    steps.divide(
        x.pixels(),
        (part, rows) ->
            primitives.layerNorm(part, x.matrix(rows), y.matrix(rows), gain, shift, norm.eps()));
    return y;
  }

  /** Normalises, with the sample's scale and shift as the primitive's arguments. */
  LayerValue layerNorm(
      Layer.AdaptiveLayerNorm norm, LayerValue x, LayerValue scale, LayerValue shift) {
    LayerValue y = value(type, x.shape());
    LayerValue gain = value(DataType.FLOAT32, List.of(x.channels()));
    var all = Range.all(x.channels());
    steps.next();
    primitives.add(0, scale.flat(all), constant(x.channels(), 1), gain.flat(all), List.of());
    steps.divide(
        x.pixels(),
        (part, rows) ->
            primitives.layerNorm(
                part, x.matrix(rows), y.matrix(rows), gain.flat(all), shift.flat(all), norm.eps()));
    return y;
  }

  /** Looks up rows of a table. */
  LayerValue embedding(Layer.Embedding embedding, LayerValue ids, List<Long> shape) {
    LayerValue y = value(DataType.FLOAT32, shape);
    steps.next();
    long values = embedding.rows() * embedding.width();
    var table = View.dense(weights.vector(embedding.table()), DataType.FLOAT32, 0, values);
    int width = Math.toIntExact(embedding.width());
    var numbers = ids.flat(Range.all(ids.size()));
    var rows = y.flat(Range.all(y.size()));
    steps.add(
        0,
        Action.of(
            List.of(table, numbers, rows),
            slot -> {
              var from = slot.floats(table);
              var of = slot.floats(numbers);
              var to = slot.floats(rows);
              return stream -> {
                for (int i = 0; i < of.capacity(); i++) {
                  to.put(i * width, from, ((int) of.get(i)) * width, width);
                }
              };
            }));
    return y;
  }

  /** Selects the vector of the sample, or a learned row. */
  LayerValue chosen(Layer.Chosen chosen, LayerValue x, LayerValue given) {
    LayerValue y = value(DataType.FLOAT32, x.shape());
    var all = Range.all(x.size());
    var row = View.dense(weights.vector(chosen.row()), DataType.FLOAT32, 0, x.size());
    steps.next();
    var one = given.flat(Range.all(1));
    steps.add(
        0,
        Action.of(
            List.of(x.flat(all), one, row, y.flat(all)),
            slot -> {
              var vector = slot.floats(x);
              var use = slot.floats(one);
              var learned = slot.floats(row);
              var to = slot.floats(y);
              return stream -> {
                float u = use.get(0);
                for (int i = 0; i < to.capacity(); i++) {
                  to.put(i, vector.get(i) * u + learned.get(i) * (1 - u));
                }
              };
            }));
    return y;
  }

  /** Returns parameters as a value. */
  LayerValue learned(String key, List<Long> shape) {
    return new LayerValue(weights.vector(key), DataType.FLOAT32, 0, shape);
  }

  private View constant(long size, float value) {
    float[] values = new float[Math.toIntExact(size)];
    Arrays.fill(values, value);
    return View.dense(weights.constant(values), DataType.FLOAT32, 0, size);
  }

  private View vector(long size) {
    return View.dense(arena.buffer(size * Float.BYTES), DataType.FLOAT32, 0, size);
  }

  /**
   * Each part processes all queries of some heads whose logits fit its cache, or, for long
   * sequences, some queries of a head. So memory grows linearly with the number of keys, not
   * quadratically.
   */
  LayerValue attention(
      int heads, LayerValue q, LayerValue k, LayerValue v, Optional<LayerValue> mask) {
    LayerValue y = value(type, q.shape());
    long width = q.channels();
    long d = width / heads;
    long queries = q.pixels();
    long keys = k.pixels();
    long rows = Math.min(queries, Math.max(QUERIES, LOGITS / keys));
    long blocks = (queries + rows - 1) / rows;
    long together = blocks == 1 ? Math.max(1, LOGITS / (keys * queries)) : 1;
    steps.divide(
        heads * blocks,
        (part, share) -> {
          long most = Math.min(together, share.size());
          var logits = arena.buffer(most * rows * keys * Float.BYTES);
          var weights = arena.buffer(most * rows * keys * type.bytes());
          for (long at = share.begin(); at < share.end(); at += most) {
            long count = Math.min(most, share.end() - at);
            long h = at / blocks;
            long row = at % blocks * rows;
            long some = Math.min(rows, queries - row);
            var qs = heads(q, h, row, new long[] {1, count, some, d}, width, 1);
            var ks = transposed(heads(k, h, 0, new long[] {1, count, keys, d}, width, 1));
            var vs = heads(v, h, 0, new long[] {1, count, keys, d}, width, 1);
            var ys = heads(y, h, row, new long[] {1, count, some, d}, width, 1);
            var ls = View.dense(logits, DataType.FLOAT32, 0, 1, count, some, keys);
            var ps = View.dense(weights, type, 0, 1, count, some, keys);
            List<PostOp> after = List.of(new PostOp.Scale((float) (1 / Math.sqrt((double) d))));
            if (mask.isPresent()) {
              var seen = hidden(mask.get(), keys, new Range(row, row + some));
              after = Primitives.then(after, new PostOp.Add(seen));
            }
            primitives.product(part, qs, ks, ls, after);
            primitives.softmax(part, ls, ps);
            primitives.product(part, ps, vs, ys, List.of());
          }
        });
    return y;
  }

  /** Returns the bias of some queries' logits: the same for all, or a row for each. */
  private static View hidden(LayerValue mask, long keys, Range queries) {
    return mask.size() == keys
        ? View.dense(mask.buffer(), mask.type(), mask.offset(), 1, 1, 1, keys)
        : View.dense(
            mask.buffer(),
            mask.type(),
            mask.offset() + queries.begin() * keys,
            1,
            1,
            queries.size(),
            keys);
  }

  /** Views the heads of a sequence without copying: {@code [1, heads, L, d]}. */
  private static View heads(LayerValue x, long head, long row, long[] dims, long width, long step) {
    long[] strides = {x.size(), dims[3], width, step};
    return new View(x.buffer(), x.type(), x.offset() + row * width + head * dims[3], dims, strides);
  }

  private static View transposed(View view) {
    long[] d = view.dims();
    long[] s = view.strides();
    return new View(
        view.buffer(),
        view.type(),
        view.offset(),
        new long[] {d[0], d[1], d[3], d[2]},
        new long[] {s[0], s[1], s[3], s[2]});
  }

  LayerValue hide(Layer.Hide hide, LayerValue present, List<Long> shape) {
    LayerValue mask = value(DataType.FLOAT32, shape);
    steps.next();
    var tokens = present.flat(Range.all(present.size()));
    var logits = mask.flat(Range.all(mask.size()));
    steps.add(
        0,
        Action.of(
            List.of(tokens, logits),
            slot -> {
              var from = slot.floats(tokens);
              var to = slot.floats(logits);
              float[] values = new float[to.capacity()];
              return stream -> {
                for (int i = 0; i < from.capacity(); i++) {
                  values[i] = (1 - from.get(i)) * hide.hidden();
                }
                to.put(0, values);
              };
            }));
    return mask;
  }

  LayerValue constant(Layer.Constant constant, List<Long> shape) {
    return new LayerValue(weights.constant(constant.values()), DataType.FLOAT32, 0, shape);
  }

  /**
   * Combines masks: a key is hidden if any mask hides it. Masks have a row per query, or one row
   * for all.
   */
  LayerValue hideBoth(LayerValue a, LayerValue b) {
    boolean first = a.size() > b.size();
    LayerValue larger = first ? a : b;
    LayerValue other = first ? b : a;
    LayerValue both = value(DataType.FLOAT32, larger.shape());
    long keys = larger.channels();
    steps.next();
    primitives.add(
        0,
        larger.matrix(Range.all(larger.pixels())),
        View.dense(other.buffer(), other.type(), other.offset(), other.size() / keys, keys),
        both.matrix(Range.all(both.pixels())),
        List.of());
    return both;
  }

  /** Applies an elementwise function. */
  LayerValue apply(Curve curve, LayerValue x) {
    LayerValue y = value(type, x.shape());
    steps.divide(
        x.size(), (part, range) -> primitives.apply(part, curve, x.flat(range), y.flat(range)));
    return y;
  }

  /** Applies a function that oneDNN has not, in Java. */
  LayerValue apply(Function function, LayerValue x) {
    LayerValue y = value(DataType.FLOAT32, x.shape());
    steps.divide(
        x.size(),
        (part, range) -> {
          var given = x.flat(range);
          var result = y.flat(range);
          steps.add(
              part,
              Action.of(
                  List.of(given, result),
                  slot -> {
                    var from = slot.floats(given);
                    var to = slot.floats(result);
                    return stream -> {
                      for (int i = 0; i < to.capacity(); i++) {
                        to.put(i, (float) function.of(from.get(i)));
                      }
                    };
                  }));
        });
    return y;
  }

  /**
   * Moves the axes of a sample.
   *
   * @param axes of the value with the batch, which is the first
   */
  LayerValue permuted(LayerValue x, List<Integer> axes, List<Long> shape) {
    LayerValue y = value(x.type(), shape);
    long[] inner = new long[axes.size()]; // of each axis of x
    long stride = 1;
    for (int axis = inner.length - 1; axis >= 1; axis--) {
      inner[axis] = stride;
      stride *= x.shape().get(axis - 1);
    }
    long[] dims = shape.stream().mapToLong(Long::longValue).toArray();
    long[] strides = axes.stream().skip(1).mapToLong(axis -> inner[axis]).toArray();
    steps.next();
    primitives.copy(
        0,
        new View(x.buffer(), x.type(), x.offset(), dims, strides),
        View.dense(y.buffer(), y.type(), y.offset(), dims));
    return y;
  }

  /** Multiplies matrices by transposed ones: {@code [..., M, K]·[..., N, K]ᵀ}. */
  LayerValue rowProducts(LayerValue a, LayerValue b) {
    int rows = a.shape().size() - 2;
    long m = a.shape().get(rows);
    long n = b.shape().get(rows);
    long k = a.channels();
    long matrices = a.size() / (m * k);
    List<Long> shape = new ArrayList<>(a.shape());
    shape.set(rows + 1, n);
    LayerValue y = value(a.type(), shape);
    steps.divide(
        matrices,
        (part, some) -> {
          long count = some.size();
          primitives.product(
              part,
              View.dense(a.buffer(), a.type(), a.offset() + some.begin() * m * k, count, m, k),
              new View(
                  b.buffer(),
                  b.type(),
                  b.offset() + some.begin() * n * k,
                  new long[] {count, k, n},
                  new long[] {n * k, 1, k}),
              View.dense(y.buffer(), y.type(), y.offset() + some.begin() * m * n, count, m, n),
              List.of());
        });
    return y;
  }

  /** Returns rows with a 1 at the place of each number. */
  LayerValue oneHot(Layer.OneHot layer, LayerValue ids, List<Long> shape) {
    LayerValue y = value(DataType.FLOAT32, shape);
    steps.next();
    var numbers = ids.flat(Range.all(ids.size()));
    var rows = y.flat(Range.all(y.size()));
    steps.add(
        0,
        Action.of(
            List.of(numbers, rows),
            slot -> {
              var of = slot.floats(numbers);
              var to = slot.floats(rows);
              return stream -> {
                for (int i = 0; i < to.capacity(); i++) {
                  to.put(i, of.get(i / layer.size()) == i % layer.size() ? 1 : 0);
                }
              };
            }));
    return y;
  }

  LayerValue add(LayerValue a, LayerValue b) {
    return elementwise(a, b, primitives::add);
  }

  /** Multiplies elementwise. */
  LayerValue product(LayerValue a, LayerValue b) {
    return elementwise(a, b, primitives::multiply);
  }

  /** Adds a primitive of two numbers. */
  @FunctionalInterface
  private interface Binary {
    void add(int part, View a, View b, View to, List<PostOp> after);
  }

  private LayerValue elementwise(LayerValue a, LayerValue b, Binary operation) {
    LayerValue y = value(type, a.shape());
    steps.divide(
        a.size(),
        (part, range) ->
            operation.add(part, a.flat(range), b.flat(range), y.flat(range), List.of()));
    return y;
  }

  /** Multiplies each channel by a number. */
  LayerValue multiply(LayerValue x, LayerValue perChannel) {
    LayerValue y = value(type, x.shape());
    var factors =
        View.dense(perChannel.buffer(), perChannel.type(), perChannel.offset(), 1, x.channels());
    steps.divide(
        x.pixels(),
        (part, rows) ->
            primitives.multiply(part, x.matrix(rows), factors, y.matrix(rows), List.of()));
    return y;
  }

  /** Multiplies each token by a number. */
  LayerValue weighed(LayerValue x, LayerValue perToken) {
    LayerValue y = value(DataType.FLOAT32, x.shape());
    LayerValue factors = perToken.withShape(List.of(x.pixels(), 1L));
    steps.divide(
        x.pixels(),
        (part, rows) ->
            primitives.multiply(
                part, x.matrix(rows), factors.matrix(rows), y.matrix(rows), List.of()));
    return y;
  }

  /** Sums the tokens of a sequence. */
  LayerValue sumOfTokens(LayerValue x) {
    LayerValue y = value(DataType.FLOAT32, List.of(x.channels()));
    var ones = View.dense(constant(x.pixels(), 1).buffer(), DataType.FLOAT32, 0, 1, x.pixels());
    var one = Range.all(1);
    steps.divide(
        x.channels(),
        (part, channels) ->
            primitives.product(
                part,
                ones,
                x.columns(Range.all(x.pixels()), channels),
                y.columns(one, channels),
                List.of()));
    return y;
  }

  /** Distributes the channels of a vector to tokens. */
  LayerValue deal(LayerValue x, List<Long> shape) {
    LayerValue y = value(x.type(), shape);
    long tokens = y.pixels();
    steps.divide(
        tokens,
        (part, rows) -> {
          long[] dims = {rows.size(), y.channels()};
          var from =
              new View(
                  x.buffer(), x.type(), x.offset() + rows.begin(), dims, new long[] {1, tokens});
          primitives.copy(part, from, y.matrix(rows));
        });
    return y;
  }

  LayerValue averagePool(LayerValue x) {
    LayerValue y = value(type, List.of(x.height() / 2, x.width() / 2, x.channels()));
    steps.divide(
        y.height(),
        (part, rows) ->
            primitives.averagePool(
                part, x.rows(new Range(2 * rows.begin(), 2 * rows.end())), y.rows(rows)));
    return y;
  }

  LayerValue upsampleNearest(LayerValue x) {
    LayerValue y = value(type, List.of(2 * x.height(), 2 * x.width(), x.channels()));
    steps.divide(
        x.height(),
        (part, rows) ->
            primitives.upsampleNearest(
                part, x.rows(rows), y.rows(new Range(2 * rows.begin(), 2 * rows.end()))));
    return y;
  }

  LayerValue converted(LayerValue x, DataType to) {
    LayerValue y = value(to, x.shape());
    copy(x, y);
    return y;
  }

  void copy(LayerValue from, LayerValue to) {
    steps.divide(
        from.size(), (part, range) -> primitives.copy(part, from.flat(range), to.flat(range)));
  }

  /** Concatenates channels. */
  void beside(List<LayerValue> parts, LayerValue whole) {
    steps.divide(
        whole.pixels(),
        (part, pixels) -> {
          long channel = 0;
          for (LayerValue one : parts) {
            var place = new Range(channel, channel + one.channels());
            primitives.copy(part, one.matrix(pixels), whole.columns(pixels, place));
            channel = place.end();
          }
        });
  }

  /** Slices channels. */
  LayerValue slice(LayerValue x, long begin, long size) {
    List<Long> shape = new ArrayList<>(x.shape());
    shape.set(shape.size() - 1, size);
    if (x.pixels() == 1) { // they are contiguous
      return new LayerValue(x.buffer(), x.type(), x.offset() + begin, shape);
    }
    LayerValue y = value(x.type(), shape);
    var channels = new Range(begin, begin + size);
    steps.divide(
        x.pixels(),
        (part, pixels) -> primitives.copy(part, x.columns(pixels, channels), y.matrix(pixels)));
    return y;
  }
}
