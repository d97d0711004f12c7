package io.diffusion4j.tf;

import io.diffusion4j.diffusion.loss.TanhNormal;
import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TNumber;

/**
 * Translates each layer to TensorFlow operations. Every operation used here has a gradient.
 *
 * <p>Activations are {@code Operand<TFloating>} in the precision of the graph, numbers are {@code
 * Operand<TFloat32>}.
 */
final class TensorFlowLowering implements Layer.Visitor<Node, Operand<?>> {
  private static final long UNKNOWN = Shape.UNKNOWN_SIZE;

  private final Ops tf;
  private final Map<String, Parameter> parameters;
  private final Weights weights;
  private final Precision precision;
  private final Purpose purpose;
  private final long batch;
  private final Map<String, NetworkGraph.Input> inputs = new LinkedHashMap<>();
  private final List<Operand<?>> values = new ArrayList<>();
  private final Map<Tensor, Operand<?>> converted = new HashMap<>();

  /**
   * Creates a lowering without any nodes.
   *
   * @param batch the number of samples, or {@link Tensor#BATCH} to leave it open
   */
  TensorFlowLowering(
      Graph graph,
      Map<String, Parameter> parameters,
      Weights weights,
      Precision precision,
      Purpose purpose,
      long batch) {
    this.tf = Ops.create(graph);
    this.parameters = parameters;
    this.weights = weights;
    this.precision = precision;
    this.purpose = purpose;
    this.batch = batch;
  }

  /** Lowers the next node. */
  void add(Node node) {
    values.add(node.layer().accept(this, node));
  }

  /** Returns the inputs lowered so far, by name. */
  Map<String, NetworkGraph.Input> inputs() {
    return inputs;
  }

  // Reading in a role

  /** Returns a value as numbers. */
  Operand<TFloat32> numbers(Tensor tensor) {
    return as(tensor, Role.NUMBERS);
  }

  /** Returns a value as activations. */
  private Operand<TFloating> activations(Tensor tensor) {
    return as(tensor, Role.ACTIVATIONS);
  }

  private Operand<TFloat32> numbers(Node node, int i) {
    return numbers(node.inputs().get(i));
  }

  private Operand<TFloating> activations(Node node, int i) {
    return activations(node.inputs().get(i));
  }

  /** Returns a value in the role in which the node reads it. */
  private Operand<TNumber> any(Node node, int i) {
    return as(node.inputs().get(i), node.inputs().get(i).role());
  }

  @SuppressWarnings("unchecked") // T is a phantom type of Operand<T>
  private <T extends TNumber> Operand<T> as(Tensor tensor, Role role) {
    if (tensor.role() != role) {
      throw new IllegalStateException(tensor + " (expected: " + role + ")");
    }
    Operand<?> value = values.get(tensor.node());
    boolean isWide = value.type().equals(TFloat32.class);
    boolean wantsWide = role == Role.NUMBERS || precision == Precision.FLOAT32;
    if (role == Role.INTEGERS || isWide == wantsWide) {
      return (Operand<T>) value;
    }
    return (Operand<T>)
        converted.computeIfAbsent(
            tensor,
            t ->
                role == Role.NUMBERS
                    ? output((Operand<TFloating>) value)
                    : input((Operand<TFloat32>) value));
  }

  /** Casts to the precision of the activations. */
  private Operand<TFloating> input(Operand<TFloat32> x) {
    return Casts.to(tf, x, precision);
  }

  /** Casts from the precision of the activations to float32. */
  private Operand<TFloat32> output(Operand<TFloating> x) {
    return x.type().equals(TFloat32.class) ? Casts.asFloat32(x) : tf.dtypes.cast(x, TFloat32.class);
  }

  /** Returns a constant in the precision of the activations. */
  private Operand<TFloating> scalar(double value) {
    return input(tf.constant((float) value));
  }

  // Parameters

  private Operand<TFloating> parameter(String key) {
    return weights.get(tf, Objects.requireNonNull(parameters.get(key), key), precision);
  }

  /** Returns a parameter without a cast to the precision. */
  private Operand<TFloat32> wideParameter(String key) {
    var parameter = Objects.requireNonNull(parameters.get(key), key);
    return Casts.asFloat32(weights.get(tf, parameter, Precision.FLOAT32));
  }

  // Shapes

  /** Returns the size of an axis; −1 for an unknown batch size. */
  private long size(Tensor tensor, int axis) {
    long size = tensor.size(axis);
    return size == Tensor.BATCH ? batch : size;
  }

  private <T extends TNumber> Operand<T> reshape(Operand<T> x, long... shape) {
    int[] sizes = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
    return tf.reshape(x, tf.constant(sizes));
  }

  private <T extends TNumber> Operand<T> reshape(Operand<T> x, Tensor like) {
    return reshape(x, like.shape().stream().mapToLong(Long::longValue).toArray());
  }

  private <T extends TNumber> Operand<T> slice(Operand<T> x, int axis, long begin, long size) {
    int[] from = new int[x.rank()];
    int[] count = new int[x.rank()];
    Arrays.fill(count, -1);
    from[axis] = Math.toIntExact(begin);
    count[axis] = Math.toIntExact(size);
    return tf.slice(x, tf.constant(from), tf.constant(count));
  }

  private static long last(Operand<?> x) {
    return x.shape().get(x.rank() - 1);
  }

  // Sources

  @Override
  public Operand<?> visit(Layer.Input layer, Node node) {
    var output = node.output();
    boolean integers = output.role() == Role.INTEGERS;
    long[] shape = new long[output.rank()];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = size(output, axis);
    }
    var declared = Placeholder.shape(Shape.of(shape));
    Operand<?> placeholder =
        integers
            ? tf.placeholder(TInt32.class, declared)
            : tf.placeholder(TFloat32.class, declared);
    long[] sample = output.sample().stream().mapToLong(Long::longValue).toArray();
    inputs.put(layer.name(), new NetworkGraph.Input(placeholder, sample, integers));
    return placeholder;
  }

  @Override
  public Operand<?> visit(Layer.Constant layer, Node node) {
    float[] values = layer.values();
    if (node.output().rank() == 0) {
      return tf.constant(values[0]);
    }
    if (node.output().role() == Role.INTEGERS) {
      int[] whole = new int[values.length];
      for (int i = 0; i < whole.length; i++) {
        whole[i] = (int) values[i];
      }
      return reshape(tf.constant(whole), node.output());
    }
    return reshape(tf.constant(values), node.output());
  }

  @Override
  public Operand<?> visit(Layer.Learned layer, Node node) {
    return wideParameter(layer.key());
  }

  // Layers with parameters

  @Override
  public Operand<?> visit(Layer.Linear layer, Node node) {
    var x = activations(node, 0);
    var rows = x.rank() == 2 ? x : reshape(x, UNKNOWN, layer.in());
    Operand<TFloating> y = tf.linalg.matMul(rows, parameter(layer.weight()));
    if (!layer.bias().isEmpty()) {
      y = biased(y, layer.bias(), layer.out());
    }
    return x.rank() == 2 ? y : reshape(y, node.output());
  }

  /** TensorFlow's SAME padding differs from PyTorch's at stride 2, so padding is explicit. */
  @Override
  public Operand<?> visit(Layer.Conv2d layer, Node node) {
    var w = parameter(layer.weight());
    var x = activations(node, 0);
    int p = layer.pad();
    int end = layer.padEnd();
    boolean isSame = layer.stride() == 1 && p == layer.kernel() / 2 && p == end;
    if (!isSame && p + end > 0) {
      x = tf.pad(x, tf.constant(new int[][] {{0, 0}, {p, end}, {p, end}, {0, 0}}), scalar(0));
    }
    List<Long> strides = List.of(1L, (long) layer.stride(), (long) layer.stride(), 1L);
    var y = tf.nn.conv2d(x, w, strides, isSame ? "SAME" : "VALID");
    return layer.bias().isEmpty() ? y : biased(y, layer.bias(), layer.out());
  }

  /**
   * TensorFlow's optimiser joins a bias with a constant that is added later, and fails if the
   * constant is larger than a bias of one number.
   */
  private Operand<TFloating> biased(Operand<TFloating> y, String bias, long channels) {
    var b = parameter(bias);
    return channels == 1 ? tf.math.add(y, b) : tf.nn.biasAdd(y, b);
  }

  @Override
  public Operand<?> visit(Layer.Embedding layer, Node node) {
    Operand<TInt32> ids = as(node.inputs().get(0), Role.INTEGERS);
    return tf.gather(parameter(layer.table()), ids, tf.constant(0));
  }

  /**
   * Computes the normalisation in two stages, with a third of the memory traffic of the textbook
   * form: moments of each channel over the pixels, then moments of each group from those, then one
   * multiply-add. A sample's scale and shift are part of the same pass over the pixels.
   */
  @Override
  public Operand<?> visit(Layer.GroupNorm layer, Node node) {
    var wide = output(activations(node, 0));
    var affine = normalisation(wide, layer);
    if (node.inputs().size() == 2) {
      long c = last(wide);
      var s = reshape(output(activations(node, 1)), UNKNOWN, 1, 1, 2 * c);
      var onePlus = tf.math.add(slice(s, 3, 0, c), tf.constant(1f));
      var shift = slice(s, 3, c, c);
      affine =
          new Affine(
              tf.math.mul(affine.a, onePlus), tf.math.add(tf.math.mul(affine.b, onePlus), shift));
    }
    var y = affine.of(tf, wide);
    return layer.silu() ? siluAfter(y) : input(y);
  }

  /** Computes y = a·x + b with {@code [B, 1, 1, C]} coefficients. */
  private record Affine(Operand<TFloat32> a, Operand<TFloat32> b) {
    Operand<TFloat32> of(Ops tf, Operand<TFloat32> x) {
      return tf.math.add(tf.math.mul(x, a), b);
    }
  }

  /** Computes SiLU of a float32 value, and then casts it to the precision of the activations. */
  private Operand<TFloating> siluAfter(Operand<TFloat32> t) {
    return switch (purpose) {
      case INFERENCE -> silu(input(t));
      case TRAINING -> {
        var sigmoid = tf.math.sigmoid(t);
        var y = tf.math.mul(t, sigmoid);
        var values = Derivative.SILU.of(tf, List.of(y, sigmoid), List.of(t));
        yield input(Derivative.as(values.get(0)));
      }
    };
  }

  private Affine normalisation(Operand<TFloat32> x, Layer.GroupNorm layer) {
    long c = last(x);
    int groups = layer.groups();
    var gain = reshape(wideParameter(layer.gain()), 1, groups, c / groups);
    var shift = reshape(wideParameter(layer.shift()), 1, groups, c / groups);
    var moments = moments(x);
    var mean = reshape(moments.mean, UNKNOWN, groups, c / groups);
    var within = reshape(moments.variance, UNKNOWN, groups, c / groups);
    var inGroup = tf.constant(2);
    var keep = Mean.keepDims(true);
    var groupMean = tf.math.mean(mean, inGroup, keep);
    var between = tf.math.squaredDifference(mean, groupMean);
    var variance = tf.math.mean(tf.math.add(within, between), inGroup, keep);
    var scale = inverseDeviation(variance, layer.eps());
    var a = tf.math.mul(gain, scale);
    var b = tf.math.sub(shift, tf.math.mul(groupMean, a));
    return new Affine(reshape(a, UNKNOWN, 1, 1, c), reshape(b, UNKNOWN, 1, 1, c));
  }

  /**
   * Returns the mean and variance of x over the pixels: {@code [B, 1, 1, C]}. The mean is
   * subtracted before the square, since a mean of x² less a squared mean loses all digits of a
   * variance that is small beside the mean.
   */
  private record Moments(Operand<TFloat32> mean, Operand<TFloat32> variance) {}

  private Moments moments(Operand<TFloat32> x) {
    var pixels = tf.constant(new int[] {1, 2});
    var keep = Mean.keepDims(true);
    var mean = tf.math.mean(x, pixels, keep);
    var variance = tf.math.mean(tf.math.squaredDifference(x, mean), pixels, keep);
    return switch (purpose) {
      case INFERENCE -> new Moments(mean, variance);
      case TRAINING -> {
        var perPixel = tf.constant(1f / (x.shape().get(1) * x.shape().get(2)));
        var values = Derivative.MOMENTS.of(tf, List.of(mean, variance, perPixel), List.of(x));
        yield new Moments(Derivative.as(values.get(0)), Derivative.as(values.get(1)));
      }
    };
  }

  /** The layer is computed in float32. */
  @Override
  public Operand<?> visit(Layer.LayerNorm layer, Node node) {
    var gain = wideParameter(layer.gain());
    var shift = wideParameter(layer.shift());
    var unit = standardised(output(activations(node, 0)), layer.eps());
    return input(tf.math.add(tf.math.mul(unit, gain), shift));
  }

  /** The layer is computed in float32. */
  @Override
  public Operand<?> visit(Layer.AdaptiveLayerNorm layer, Node node) {
    var unit = standardised(output(activations(node, 0)), layer.eps());
    var scale = overTokens(output(activations(node, 1)));
    var shift = overTokens(output(activations(node, 2)));
    return input(tf.math.add(tf.math.mul(unit, tf.math.add(scale, tf.constant(1f))), shift));
  }

  private Operand<TFloat32> overTokens(Operand<TFloat32> vector) {
    return reshape(vector, UNKNOWN, 1, last(vector));
  }

  /** Computes (x − mean)/√(variance + eps) over the last axis. */
  private Operand<TFloat32> standardised(Operand<TFloat32> x, double eps) {
    var axis = tf.constant(-1);
    var keep = Mean.keepDims(true);
    var centred = tf.math.sub(x, tf.math.mean(x, axis, keep));
    var variance = tf.math.mean(tf.math.square(centred), axis, keep);
    return tf.math.mul(centred, inverseDeviation(variance, eps));
  }

  /**
   * Computes 1/√(variance + eps). It does not use TensorFlow's rsqrt, whose last bit depends on a
   * value's position in the batch; root and quotient are correctly rounded everywhere.
   */
  private Operand<TFloat32> inverseDeviation(Operand<TFloat32> variance, double eps) {
    return tf.math.div(
        tf.constant(1f), tf.math.sqrt(tf.math.add(variance, tf.constant((float) eps))));
  }

  @Override
  public Operand<?> visit(Layer.Chosen layer, Node node) {
    var row = wideParameter(layer.row());
    var use = numbers(node, 1);
    var absent = tf.math.sub(tf.constant(1f), use);
    return input(tf.math.add(tf.math.mul(numbers(node, 0), use), tf.math.mul(row, absent)));
  }

  // Attention

  @Override
  public Operand<?> visit(Layer.Attention layer, Node node) {
    var q = activations(node, 0);
    var k = activations(node, 1);
    var v = activations(node, 2);
    int heads = layer.heads();
    var scale = 1 / Math.sqrt((double) last(q) / heads);
    // Scaled before the heads are split: otherwise TensorFlow would fuse the product, the factor
    // and the mask into one operation, for which oneDNN has only a slow reference implementation.
    var scaled = split(tf.math.mul(q, scalar(scale)), heads);
    var logits = output(batchMatMul(scaled, split(k, heads), true));
    for (int m = 3; m < node.inputs().size(); m++) {
      logits = tf.math.add(logits, numbers(node, m));
    }
    var p = input(tf.nn.softmax(logits));
    var mixed = batchMatMul(p, split(v, heads), false);
    return reshape(tf.linalg.transpose(mixed, tf.constant(new int[] {0, 2, 1, 3})), node.output());
  }

  private Operand<TFloating> split(Operand<TFloating> x, int heads) {
    var y = reshape(x, UNKNOWN, x.shape().get(1), heads, last(x) / heads);
    return tf.linalg.transpose(y, tf.constant(new int[] {0, 2, 1, 3}));
  }

  private Operand<TFloating> batchMatMul(
      Operand<TFloating> a, Operand<TFloating> b, boolean transposeB) {
    var product = Derivative.product(tf, a, false, b, transposeB);
    return switch (purpose) {
      case INFERENCE -> product;
      case TRAINING -> {
        var rule = transposeB ? Derivative.TRANSPOSED_PRODUCT : Derivative.PRODUCT;
        yield Derivative.as(rule.of(tf, List.of(product), List.of(a, b)).get(0));
      }
    };
  }

  @Override
  public Operand<?> visit(Layer.Hide layer, Node node) {
    var absent = tf.math.sub(tf.constant(1f), numbers(node, 0));
    var lowered = tf.math.mul(absent, tf.constant(layer.hidden()));
    var row = reshape(lowered, UNKNOWN, 1, 1, last(lowered));
    var after = Math.toIntExact(layer.after());
    var pad = tf.constant(new int[][] {{0, 0}, {0, 0}, {0, 0}, {0, after}});
    return tf.pad(row, pad, tf.constant(0f));
  }

  // Arrangement

  @Override
  public Operand<?> visit(Layer.Deal layer, Node node) {
    var x = any(node, 0);
    var columns = reshape(x, UNKNOWN, last(x) / layer.parts(), layer.parts());
    return tf.linalg.transpose(columns, tf.constant(new int[] {0, 2, 1}));
  }

  @Override
  public Operand<?> visit(Layer.Concat layer, Node node) {
    List<Operand<TNumber>> parts = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      parts.add(any(node, i));
    }
    return tf.concat(parts, tf.constant(layer.axis()));
  }

  @Override
  public Operand<?> visit(Layer.Reshape layer, Node node) {
    return reshape(any(node, 0), node.output());
  }

  @Override
  public Operand<?> visit(Layer.Slice layer, Node node) {
    return slice(any(node, 0), layer.axis(), layer.begin(), layer.size());
  }

  @Override
  public Operand<?> visit(Layer.Permute layer, Node node) {
    int[] axes = layer.axes().stream().mapToInt(Integer::intValue).toArray();
    return tf.linalg.transpose(any(node, 0), tf.constant(axes));
  }

  @Override
  public Operand<?> visit(Layer.ForEach layer, Node node) {
    Operand<?> like = values.get(node.input(1));
    var one = tf.constant(new int[] {1});
    List<Operand<TInt32>> counts = new ArrayList<>();
    counts.add(tf.slice(tf.shape(like), tf.constant(new int[] {0}), one));
    for (int axis = 1; axis < node.output().rank(); axis++) {
      counts.add(one);
    }
    return tf.tile(any(node, 0), tf.concat(counts, tf.constant(0)));
  }

  @Override
  public Operand<?> visit(Layer.UpsampleNearest layer, Node node) {
    var x = any(node, 0);
    long h = x.shape().get(1);
    long w = x.shape().get(2);
    long c = last(x);
    // Two plain copies of memory, because a concatenation of channels is a concatenation of rows.
    var wide = reshape(tf.concat(List.of(x, x), tf.constant(3)), UNKNOWN, h, 1, 2 * w * c);
    return reshape(tf.concat(List.of(wide, wide), tf.constant(2)), node.output());
  }

  @Override
  public Operand<?> visit(Layer.AveragePool layer, Node node) {
    List<Long> two = List.of(1L, 2L, 2L, 1L);
    return tf.nn.avgPool(activations(node, 0), two, two, "VALID");
  }

  // Arithmetic

  @Override
  public Operand<?> visit(Layer.Apply layer, Node node) {
    return node.output().role() == Role.NUMBERS
        ? apply(layer, Casts.asFloating(numbers(node, 0)), v -> Casts.asFloating(constant(v)))
        : apply(layer, activations(node, 0), this::scalar);
  }

  private Operand<TFloat32> constant(double value) {
    return tf.constant((float) value);
  }

  /** Creates constants of the type of the activations, or of numbers. */
  private interface Scalars {
    Operand<TFloating> of(double value);
  }

  private Operand<TFloating> apply(Layer.Apply layer, Operand<TFloating> x, Scalars scalars) {
    return switch (layer.function()) {
      case NEGATE -> tf.math.neg(x);
      case ABS -> tf.math.abs(x);
      case SQUARE -> tf.math.square(x);
      case EXP -> tf.math.exp(x);
      case LOG -> tf.math.log(x);
      case SINE -> tf.math.sin(x);
      case INVERSE_ROOT -> tf.math.rsqrt(x);
      case SIGMOID -> tf.math.sigmoid(x);
      case SILU -> silu(x);
      case RELU -> tf.nn.relu(x);
      case GELU -> {
        var scaled = tf.math.mul(x, scalars.of(Math.sqrt(0.5)));
        var cdf = tf.math.add(tf.math.erf(scaled), scalars.of(1));
        yield tf.math.mul(tf.math.mul(x, scalars.of(0.5)), cdf);
      }
      case GELU_TANH -> {
        var cubic = tf.math.mul(tf.math.square(x), scalars.of(TanhNormal.CUBIC));
        var inner = tf.math.mul(x, tf.math.add(cubic, scalars.of(1)));
        var outer = scalars.of(TanhNormal.ROOT_2_BY_PI);
        var cdf = tf.math.add(tf.math.tanh(tf.math.mul(inner, outer)), scalars.of(1));
        yield tf.math.mul(tf.math.mul(x, scalars.of(0.5)), cdf);
      }
      case QUICK_GELU -> {
        var scaled = tf.math.mul(x, scalars.of(io.diffusion4j.nn.Function.QUICK));
        yield tf.math.mul(x, tf.math.sigmoid(scaled));
      }
    };
  }

  /** TensorFlow fuses the two operations into one. */
  private Operand<TFloating> silu(Operand<TFloating> x) {
    return tf.math.mul(x, tf.math.sigmoid(x));
  }

  @Override
  public Operand<?> visit(Layer.Combine layer, Node node) {
    var a = any(node, 0);
    var b = any(node, 1);
    return switch (layer.operation()) {
      case ADD -> tf.math.add(a, b);
      case SUBTRACT -> tf.math.sub(a, b);
      case MULTIPLY -> tf.math.mul(a, b);
      case MAXIMUM -> tf.math.maximum(a, b);
      case MINIMUM -> tf.math.minimum(a, b);
    };
  }

  @Override
  public Operand<?> visit(Layer.Select layer, Node node) {
    var isThen = tf.math.greater(numbers(node, 0), tf.constant(0f));
    return tf.select(isThen, numbers(node, 1), numbers(node, 2));
  }

  @Override
  public Operand<?> visit(Layer.Reduce layer, Node node) {
    var x = numbers(node, 0);
    var axes = tf.constant(layer.axes().stream().mapToInt(Integer::intValue).toArray());
    return switch (layer.statistic()) {
      case SUM -> tf.reduceSum(x, axes);
      case MEAN -> tf.math.mean(x, axes);
      case MAXIMUM -> tf.reduceMax(x, axes);
      case LOG_SUM_EXP -> {
        var max = tf.stopGradient(tf.reduceMax(x, axes, ReduceMax.keepDims(true)));
        var sum = tf.reduceSum(tf.math.exp(tf.math.sub(x, max)), axes, ReduceSum.keepDims(true));
        var all = tf.math.add(tf.math.log(sum), max);
        yield tf.squeeze(all, org.tensorflow.op.core.Squeeze.axis(longs(layer.axes())));
      }
    };
  }

  private static List<Long> longs(List<Integer> values) {
    return values.stream().map(Integer::longValue).toList();
  }

  @Override
  public Operand<?> visit(Layer.Product layer, Node node) {
    var a = any(node, 0);
    var b = any(node, 1);
    return node.output().rank() == 2
        ? tf.linalg.matMul(a, b, MatMul.transposeB(true))
        : tf.train.batchMatMul(a, b, a.type(), BatchMatMul.adjY(true));
  }

  @Override
  public Operand<?> visit(Layer.OneHot layer, Node node) {
    Operand<TInt32> ids = as(node.inputs().get(0), Role.INTEGERS);
    return tf.oneHot(ids, tf.constant(layer.size()), tf.constant(1f), tf.constant(0f));
  }

  @Override
  public Operand<?> visit(Layer.Detached layer, Node node) {
    return tf.stopGradient(numbers(node, 0));
  }
}
