package io.diffusion4j.tf.nn;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TNumber;

/**
 * The layer vocabulary: the one file that spells primitive layers in TensorFlow operations.
 *
 * <p>{@code nn.at("conv1").conv2d(x, 64, 3)} is a convolution whose parameters are {@code
 * conv1.weight} and {@code conv1.bias} below this place in the checkpoint. Activations are {@code
 * Operand<TFloating>} in the {@link Precision} of this vocabulary; images are {@code [B, H, W, C]},
 * sequences {@code [B, L, C]}. Only the batch may be unknown when the graph is built. Every
 * operation used here has a gradient.
 *
 * <p>Immutable; building a graph is for one thread.
 */
public final class Nn {
  private static final long UNKNOWN = Shape.UNKNOWN_SIZE;

  /** What a network is built for: the same values in other operations. */
  private enum Purpose {
    /** To be run: TensorFlow fuses what is only used once. */
    INFERENCE,
    /** To be differentiated: what the gradient needs is kept, and it is cheap by our own rules. */
    TRAINING
  }

  private final Ops tf;
  private final Weights weights;
  private final Precision precision;
  private final Purpose purpose;
  private final Recorder recorder;
  private final String path;

  private Nn(
      Ops tf,
      Weights weights,
      Precision precision,
      Purpose purpose,
      Recorder recorder,
      String path) {
    this.tf = tf;
    this.weights = weights;
    this.precision = precision;
    this.purpose = purpose;
    this.recorder = recorder;
    this.path = path;
  }

  /** The root of a network to be run. */
  public static Nn of(Graph graph, Weights weights, Precision precision) {
    return new Nn(Ops.create(graph), weights, precision, Purpose.INFERENCE, Recorder.NONE, "");
  }

  /** The root of a network to be told layer by layer. */
  public static Nn recorded(Graph graph, Weights weights, Recorder recorder) {
    return new Nn(Ops.create(graph), weights, Precision.FLOAT32, Purpose.INFERENCE, recorder, "");
  }

  /** The root of a network to be differentiated. */
  public static Nn forTraining(Graph graph, Weights weights, Precision precision) {
    return new Nn(Ops.create(graph), weights, precision, Purpose.TRAINING, Recorder.NONE, "");
  }

  /** A place in the checkpoint below this one. */
  public Nn at(String name) {
    return new Nn(tf, weights, precision, purpose, recorder, key(name));
  }

  /** {@code at(name + "." + index)}. */
  public Nn at(String name, int index) {
    return at(name + "." + index);
  }

  /** TensorFlow's own vocabulary, for what is not a layer. */
  public Ops tf() {
    return tf;
  }

  // Parameters

  /** The parameter at this path, such as {@code logit_scale}; not cast to the precision. */
  public Operand<TFloat32> parameter(String name, Init init, long... shape) {
    return asFloat32(get(name, shape, Layout.SAME, init, Precision.FLOAT32));
  }

  /** A sequence that is learned as it is, the same for every sample: {@code [1, L, C]}. */
  public Operand<TFloating> learned(String name, Init init, long length, long width) {
    return told(new Layer.Learned(key(name)), input(parameter(name, init, 1, length, width)));
  }

  private Operand<TFloating> get(
      String name, long[] shape, Layout layout, Init init, Precision as) {
    return weights.get(tf, new Parameter(key(name), shape, layout, init), as);
  }

  private String key(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Has the layer told, whose output this is. */
  private <T extends TNumber> Operand<T> told(
      Layer layer, Operand<T> output, Operand<?>... inputs) {
    recorder.record(layer, List.of(inputs), output);
    return output;
  }

  /**
   * A vector where a sample is to use it, and a learned row in its place where not: {@code [B, C],
   * [B, 1] → [B, C]}.
   *
   * @param use 1 to use the vector, 0 for the row
   */
  public Operand<TFloating> orLearned(
      Operand<TFloat32> x, Operand<TFloat32> use, String name, Init init) {
    var row = parameter(name, init, last(x));
    var y =
        input(
            tf.math.add(tf.math.mul(x, use), tf.math.mul(row, tf.math.sub(tf.constant(1f), use))));
    return told(new Layer.Chosen(key(name)), y, x, use);
  }

  // Between float32 and the precision

  /** Into the precision of the activations. */
  public Operand<TFloating> input(Operand<TFloat32> x) {
    return cast(tf, x, precision);
  }

  /** Out of the precision of the activations. */
  public Operand<TFloat32> output(Operand<TFloating> x) {
    return x.type().equals(TFloat32.class) ? asFloat32(x) : tf.dtypes.cast(x, TFloat32.class);
  }

  // Layers with parameters

  /** A dense layer over the last axis, with bias: {@code [..., in] → [..., out]}. */
  public Operand<TFloating> linear(Operand<TFloating> x, long out) {
    return linear(x, out, Init.FAN_IN);
  }

  /** A dense layer with bias, initialised so. */
  public Operand<TFloating> linear(Operand<TFloating> x, long out, Init init) {
    return dense(x, out, init, "weight", "bias", last(x));
  }

  /**
   * A dense layer whose parameters have names of their own below this path, as the packed ones of
   * PyTorch's {@code MultiheadAttention} have: {@code in_proj_weight}, {@code in_proj_bias}.
   */
  public Operand<TFloating> linear(
      Operand<TFloating> x, long out, Init init, String weight, String bias) {
    return dense(x, out, init, weight, bias, last(x));
  }

  /**
   * A dense layer that checkpoints hold as a convolution over sequences, {@code [out, in, 1]}: the
   * same values in the same order.
   */
  public Operand<TFloating> pointwise(Operand<TFloating> x, long out, Init init) {
    return dense(x, out, init, "weight", "bias", last(x), 1);
  }

  private Operand<TFloating> dense(
      Operand<TFloating> x, long out, Init init, String weight, String bias, long... inShape) {
    Init start = init == Init.FAN_IN ? Init.uniform(1 / Math.sqrt((double) last(x))) : Init.ZEROS;
    var product = matrix(x, out, init, weight, inShape);
    var b = get(bias, new long[] {out}, Layout.SAME, start, precision);
    var y = restore(tf.nn.biasAdd(product, b), x, out);
    return told(new Layer.Linear(key(weight), key(bias), last(x), out), y, x);
  }

  /** A dense layer without bias. */
  public Operand<TFloating> linearNoBias(Operand<TFloating> x, long out, Init init) {
    var y = restore(matrix(x, out, init, "weight", last(x)), x, out);
    return told(new Layer.Linear(key("weight"), "", last(x), out), y, x);
  }

  private Operand<TFloating> matrix(
      Operand<TFloating> x, long out, Init init, String name, long... inShape) {
    long[] shape = new long[inShape.length + 1];
    shape[0] = out;
    System.arraycopy(inShape, 0, shape, 1, inShape.length);
    var w = get(name, shape, Layout.LINEAR, init, precision);
    return tf.linalg.matMul(x.rank() == 2 ? x : reshape(x, UNKNOWN, last(x)), w);
  }

  /**
   * x·P for the parameter P of this name, which lies {@code [in, out]} in checkpoints too: {@code
   * [B, in] → [B, out]}.
   */
  public Operand<TFloating> project(Operand<TFloating> x, String name, long out, Init init) {
    return tf.linalg.matMul(x, get(name, new long[] {last(x), out}, Layout.SAME, init, precision));
  }

  private Operand<TFloating> restore(Operand<TFloating> rows, Operand<TFloating> x, long out) {
    if (x.rank() == 2) {
      return rows;
    }
    long[] shape = x.shape().asArray();
    shape[shape.length - 1] = out;
    return reshape(rows, shape);
  }

  /** A convolution of stride 1 that keeps the size, with bias. */
  public Operand<TFloating> conv2d(Operand<TFloating> x, long out, int kernel) {
    return conv2d(x, out, kernel, 1, Init.FAN_IN);
  }

  /**
   * A convolution with bias that pads {@code kernel / 2} zeros on all four sides, as PyTorch does;
   * TensorFlow's SAME pads differently at stride 2.
   */
  public Operand<TFloating> conv2d(
      Operand<TFloating> x, long out, int kernel, int stride, Init init) {
    long fanIn = last(x) * kernel * kernel;
    Init bias = init == Init.FAN_IN ? Init.uniform(1 / Math.sqrt((double) fanIn)) : Init.ZEROS;
    var w = get("weight", new long[] {out, last(x), kernel, kernel}, Layout.CONV, init, precision);
    var b = get("bias", new long[] {out}, Layout.SAME, bias, precision);
    Operand<TFloating> in = x;
    String padding = "SAME";
    if (stride != 1) {
      padding = "VALID";
      int p = kernel / 2;
      in = tf.pad(x, tf.constant(new int[][] {{0, 0}, {p, p}, {p, p}, {0, 0}}), scalar(0));
    }
    List<Long> strides = List.of(1L, (long) stride, (long) stride, 1L);
    var y = tf.nn.biasAdd(tf.nn.conv2d(in, w, strides, padding), b);
    return told(new Layer.Conv2d(key("weight"), key("bias"), last(x), out, kernel, stride), y, x);
  }

  /**
   * Cuts an image into patches and projects each: {@code [B, H, W, C] → [B, N, width]}, no bias.
   */
  public Operand<TFloating> patches(Operand<TFloating> x, long width, int patch, Init init) {
    var w = get("weight", new long[] {width, last(x), patch, patch}, Layout.CONV, init, precision);
    var y = tf.nn.conv2d(x, w, List.of(1L, (long) patch, (long) patch, 1L), "VALID");
    return reshape(y, UNKNOWN, y.shape().get(1) * y.shape().get(2), width);
  }

  /** Rows of a table: {@code [B, L] → [B, L, width]}. */
  public Operand<TFloating> embedding(Operand<TInt32> ids, long rows, long width, Init init) {
    var table = get("weight", new long[] {rows, width}, Layout.SAME, init, precision);
    return tf.gather(table, ids, tf.constant(0));
  }

  /**
   * Group normalisation (Wu &amp; He 2018) over {@code [B, H, W, C]}: statistics over the pixels
   * and C / groups neighbouring channels, biased variance, then a gain and a shift per channel.
   *
   * <p>In two stages, which is a third of the memory traffic of the textbook form: moments of each
   * channel over the pixels, then moments of each group from those, then one multiply-add.
   */
  public Operand<TFloating> groupNorm(Operand<TFloating> x, int groups, double eps) {
    var wide = output(x);
    var y = input(normalisation(wide, groups, eps).of(tf, wide));
    return told(groupNorm(groups, eps, false), y, x);
  }

  /** {@link #groupNorm(Operand, int, double)}, then {@link #silu}. */
  public Operand<TFloating> groupNormSilu(Operand<TFloating> x, int groups, double eps) {
    var wide = output(x);
    var y = siluAfter(normalisation(wide, groups, eps).of(tf, wide));
    return told(groupNorm(groups, eps, true), y, x);
  }

  /**
   * Group normalisation followed by a learned scale and shift of each sample, in the same single
   * pass over the pixels (Dhariwal &amp; Nichol 2021, eq. 5), and SiLU: {@code silu(norm(x)·(1 +
   * scale) + shift)}.
   *
   * @param scaleShift {@code [B, 2·C]}: scale, then shift
   */
  public Operand<TFloating> groupNormSilu(
      Operand<TFloating> x, int groups, double eps, Operand<TFloating> scaleShift) {
    long c = last(x);
    var wide = output(x);
    var norm = normalisation(wide, groups, eps);
    var s = reshape(output(scaleShift), UNKNOWN, 1, 1, 2 * c);
    var onePlus = tf.math.add(slice(s, 0, c), tf.constant(1f));
    var shift = slice(s, c, c);
    var both =
        new Affine(tf.math.mul(norm.a, onePlus), tf.math.add(tf.math.mul(norm.b, onePlus), shift));
    return told(groupNorm(groups, eps, true), siluAfter(both.of(tf, wide)), x, scaleShift);
  }

  private Layer groupNorm(int groups, double eps, boolean silu) {
    return new Layer.GroupNorm(key("weight"), key("bias"), groups, eps, silu);
  }

  /** y = a·x + b with {@code [B, 1, 1, C]} coefficients. */
  private record Affine(Operand<TFloat32> a, Operand<TFloat32> b) {
    Operand<TFloat32> of(Ops tf, Operand<TFloat32> x) {
      return tf.math.add(tf.math.mul(x, a), b);
    }
  }

  /** Of a wide value that is needed in the precision of the activations only after SiLU. */
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

  private Affine normalisation(Operand<TFloat32> x, int groups, double eps) {
    long c = last(x);
    if (c % groups != 0) {
      throw new IllegalArgumentException(
          path + ": " + c + " channels (expected: a multiple of " + groups + " groups)");
    }
    var gain = reshape(parameter("weight", Init.ONES, c), 1, groups, c / groups);
    var shift = reshape(parameter("bias", Init.ZEROS, c), 1, groups, c / groups);
    var moments = moments(x);
    var mean = reshape(moments.mean, UNKNOWN, groups, c / groups);
    var square = reshape(moments.square, UNKNOWN, groups, c / groups);
    var inGroup = tf.constant(2);
    var keep = org.tensorflow.op.math.Mean.keepDims(true);
    var groupMean = tf.math.mean(mean, inGroup, keep);
    var variance = tf.math.sub(tf.math.mean(square, inGroup, keep), tf.math.square(groupMean));
    // The difference of two means may round below zero.
    var scale = inverseDeviation(tf.math.maximum(variance, tf.constant(0f)), eps);
    var a = tf.math.mul(gain, scale);
    var b = tf.math.sub(shift, tf.math.mul(groupMean, a));
    return new Affine(reshape(a, UNKNOWN, 1, 1, c), reshape(b, UNKNOWN, 1, 1, c));
  }

  /** The means of x and of x² over the pixels: {@code [B, 1, 1, C]}. */
  private record Moments(Operand<TFloat32> mean, Operand<TFloat32> square) {}

  private Moments moments(Operand<TFloat32> x) {
    var pixels = tf.constant(new int[] {1, 2});
    var keep = org.tensorflow.op.math.Mean.keepDims(true);
    var mean = tf.math.mean(x, pixels, keep);
    var square = tf.math.mean(tf.math.square(x), pixels, keep);
    return switch (purpose) {
      case INFERENCE -> new Moments(mean, square);
      case TRAINING -> {
        var perPixel = tf.constant(1f / (x.shape().get(1) * x.shape().get(2)));
        var values = Derivative.MOMENTS.of(tf, List.of(mean, square, perPixel), List.of(x));
        yield new Moments(Derivative.as(values.get(0)), Derivative.as(values.get(1)));
      }
    };
  }

  /** Layer normalisation over the last axis (Ba et al. 2016), computed in float32. */
  public Operand<TFloating> layerNorm(Operand<TFloating> x, double eps) {
    long c = last(x);
    var gain = parameter("weight", Init.ONES, c);
    var shift = parameter("bias", Init.ZEROS, c);
    var wide = output(x);
    var axis = tf.constant(-1);
    var keep = org.tensorflow.op.math.Mean.keepDims(true);
    var centred = tf.math.sub(wide, tf.math.mean(wide, axis, keep));
    var variance = tf.math.mean(tf.math.square(centred), axis, keep);
    var scale = inverseDeviation(variance, eps);
    var y = input(tf.math.add(tf.math.mul(tf.math.mul(centred, scale), gain), shift));
    return told(new Layer.LayerNorm(key("weight"), key("bias"), eps), y, x);
  }

  /**
   * 1/√(variance + eps). Not TensorFlow's rsqrt, whose last bit depends on where in the batch a
   * value lies; root and quotient are correctly rounded everywhere.
   */
  private Operand<TFloat32> inverseDeviation(Operand<TFloat32> variance, double eps) {
    return tf.math.div(
        tf.constant(1f), tf.math.sqrt(tf.math.add(variance, tf.constant((float) eps))));
  }

  // Layers without parameters

  /** x·σ(x); TensorFlow fuses the two operations into one. */
  public Operand<TFloating> silu(Operand<TFloating> x) {
    return told(new Layer.Silu(), tf.math.mul(x, tf.math.sigmoid(x)), x);
  }

  /** x·Φ(x), the exact form with erf. */
  public Operand<TFloating> gelu(Operand<TFloating> x) {
    var cdf = tf.math.add(tf.math.erf(tf.math.mul(x, scalar(Math.sqrt(0.5)))), scalar(1));
    return told(new Layer.Gelu(), tf.math.mul(tf.math.mul(x, scalar(0.5)), cdf), x);
  }

  /** x·σ(1.702·x), the approximation that OpenAI's CLIP was trained with. */
  public Operand<TFloating> quickGelu(Operand<TFloating> x) {
    return tf.math.mul(x, tf.math.sigmoid(tf.math.mul(x, scalar(1.702))));
  }

  /**
   * Scaled dot-product attention (Vaswani et al. 2017, eq. 1): softmax(q·kᵀ/√d + mask)·v, the
   * softmax in float32.
   *
   * @param q {@code [B, Lq, heads·d]}, head-major
   * @param k {@code [B, Lk, heads·d]}
   * @param v {@code [B, Lk, heads·d]}
   * @param mask what is added to the logits, broadcast to {@code [B, heads, Lq, Lk]}
   * @return {@code [B, Lq, heads·d]}
   */
  public Operand<TFloating> attention(
      Operand<TFloating> q,
      Operand<TFloating> k,
      Operand<TFloating> v,
      int heads,
      List<Operand<TFloat32>> mask) {
    long width = last(q);
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          path + ": width " + width + " (expected: a multiple of " + heads + " heads)");
    }
    double scale = 1 / Math.sqrt((double) width / heads);
    // Scaled before the heads are split: TensorFlow would fuse a product, a factor next to it and
    // the mask into one operation, for which oneDNN has only its slow reference.
    var scaled = split(tf.math.mul(q, scalar(scale)), heads);
    var logits = output(batchMatMul(scaled, split(k, heads), true));
    for (var m : mask) {
      logits = tf.math.add(logits, m);
    }
    var p = input(tf.nn.softmax(logits));
    var mixed = batchMatMul(p, split(v, heads), false);
    var y =
        reshape(
            tf.linalg.transpose(mixed, tf.constant(new int[] {0, 2, 1, 3})),
            UNKNOWN,
            q.shape().get(1),
            width);
    List<Operand<?>> inputs = new ArrayList<>(List.of(q, k, v));
    inputs.addAll(mask);
    recorder.record(new Layer.Attention(heads), inputs, y);
    return y;
  }

  /**
   * Takes apart what one dense layer made of several: {@code [B, L, parts·W] → parts × [B, L, W]}.
   * Channel c of group g of part p is channel {@code (g·parts + p)·W/groups + c}.
   *
   * @param groups 1 if the parts lie one after the other; the number of heads if those of each head
   *     lie together
   */
  public List<Operand<TFloating>> unpack(Operand<TFloating> packed, int parts, int groups) {
    long length = packed.shape().get(1);
    long width = last(packed) / parts;
    long inGroup = width / groups;
    var grouped = groups == 1 ? packed : reshape(packed, UNKNOWN, length, groups, parts * inGroup);
    List<Operand<TFloating>> unpacked = new ArrayList<>(parts);
    for (int p = 0; p < parts; p++) {
      var part = slice(grouped, p * inGroup, inGroup);
      var whole = groups == 1 ? part : reshape(part, UNKNOWN, length, width);
      unpacked.add(told(new Layer.Unpacked(p, parts, groups), whole, packed));
    }
    return unpacked;
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

  /**
   * What hides later positions from earlier ones, to be added to the logits of {@link #attention}.
   *
   * @param hidden what a later position's logit is lowered to, such as −10⁴
   * @return {@code [1, 1, length, length]}
   */
  public Operand<TFloat32> causalMask(int length, float hidden) {
    var layer = new Layer.Causal(length, hidden);
    var shape = tf.constant(new int[] {1, 1, length, length});
    return told(layer, tf.reshape(tf.constant(layer.mask()), shape));
  }

  /**
   * What hides tokens from attention, to be added to its logits: nothing for those that are present
   * and for what comes after the tokens on the key axis.
   *
   * @param present {@code [B, M]}: 1 for tokens to be seen, 0 for others
   * @param hidden what a hidden token's logit is lowered to, such as −10⁴
   * @param after how many keys come after the tokens
   * @return {@code [B, 1, 1, M + after]}
   */
  public Operand<TFloat32> hide(Operand<TFloat32> present, float hidden, long after) {
    var lowered = tf.math.mul(tf.math.sub(tf.constant(1f), present), tf.constant(hidden));
    var row = reshape(lowered, UNKNOWN, 1, 1, last(present));
    var pad = tf.constant(new int[][] {{0, 0}, {0, 0}, {0, 0}, {0, Math.toIntExact(after)}});
    return told(new Layer.Hide(hidden, after), tf.pad(row, pad, tf.constant(0f)), present);
  }

  /** Each pixel twice in both directions: {@code [B, H, W, C] → [B, 2H, 2W, C]}. */
  public Operand<TFloating> upsampleNearest(Operand<TFloating> x) {
    long h = x.shape().get(1);
    long w = x.shape().get(2);
    long c = last(x);
    // Two plain copies of memory: side by side on the channel axis is side by side in the row.
    var wide = reshape(tf.concat(List.of(x, x), tf.constant(3)), UNKNOWN, h, 1, 2 * w * c);
    var tall = reshape(tf.concat(List.of(wide, wide), tf.constant(2)), UNKNOWN, 2 * h, 2 * w, c);
    return told(new Layer.UpsampleNearest(), tall, x);
  }

  /** The mean of each 2×2 block: {@code [B, H, W, C] → [B, H/2, W/2, C]}. */
  public Operand<TFloating> averagePool(Operand<TFloating> x) {
    List<Long> two = List.of(1L, 2L, 2L, 1L);
    return told(new Layer.AveragePool(), tf.nn.avgPool(x, two, two, "VALID"), x);
  }

  public Operand<TFloating> add(Operand<TFloating> a, Operand<TFloating> b) {
    return told(new Layer.Add(), tf.math.add(a, b), a, b);
  }

  /** Side by side on an axis. */
  public Operand<TFloating> concat(int axis, List<Operand<TFloating>> parts) {
    var y = tf.concat(parts, tf.constant(axis));
    recorder.record(new Layer.Concat(axis), List.copyOf(parts), y);
    return y;
  }

  /** Reshapes; one size may be unknown (−1). */
  public <T extends TNumber> Operand<T> reshape(Operand<T> x, long... shape) {
    int[] sizes = new int[shape.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.toIntExact(shape[i]);
    }
    return told(new Layer.Reshape(), tf.reshape(x, tf.constant(sizes)), x);
  }

  /**
   * Deals a vector out to tokens: {@code [B, parts·C] → [B, parts, C]}; channel c of token p is
   * element {@code c·parts + p}.
   */
  public Operand<TFloating> deal(Operand<TFloating> x, int parts) {
    int width = Math.toIntExact(last(x)) / parts;
    var columns = tf.reshape(x, tf.constant(new int[] {-1, width, parts}));
    var y = tf.linalg.transpose(columns, tf.constant(new int[] {0, 2, 1}));
    return told(new Layer.Deal(parts), y, x);
  }

  /** Part of the last axis. */
  public <T extends TNumber> Operand<T> slice(Operand<T> x, long begin, long size) {
    int rank = x.rank();
    int[] from = new int[rank];
    int[] count = new int[rank];
    java.util.Arrays.fill(count, -1);
    from[rank - 1] = Math.toIntExact(begin);
    count[rank - 1] = Math.toIntExact(size);
    var part = tf.slice(x, tf.constant(from), tf.constant(count));
    return told(new Layer.Slice(begin, size), part, x);
  }

  /** One position of a sequence: {@code [B, L, C] → [B, C]}. */
  public Operand<TFloating> position(Operand<TFloating> x, long index) {
    int i = Math.toIntExact(index);
    var part = tf.slice(x, tf.constant(new int[] {0, i, 0}), tf.constant(new int[] {-1, 1, -1}));
    return told(new Layer.Position(index), reshape(part, UNKNOWN, last(x)), x);
  }

  /** Repeats a {@code [1, L, C]} row for every sample of the batch that {@code like} has. */
  public Operand<TFloating> forEach(Operand<TFloating> row, Operand<TFloating> like) {
    var one = tf.constant(new int[] {1});
    var batch = tf.slice(tf.shape(like), tf.constant(new int[] {0}), one);
    var counts = tf.concat(List.of(batch, one, one), tf.constant(0));
    return told(new Layer.Reshape(), tf.tile(row, counts), row);
  }

  /** A constant in the precision of the activations. */
  public Operand<TFloating> scalar(double value) {
    return input(tf.constant((float) value));
  }

  /** The size of the last axis. */
  public static long last(Operand<?> x) {
    return x.shape().get(x.rank() - 1);
  }

  /** A float32 value in a precision. */
  public static Operand<TFloating> cast(Ops tf, Operand<TFloat32> x, Precision precision) {
    return precision == Precision.FLOAT32 ? asFloating(x) : tf.dtypes.cast(x, precision.type());
  }

  @SuppressWarnings("unchecked") // an Operand<T> only ever carries T as a phantom
  static Operand<TFloating> asFloating(Operand<? extends TFloating> x) {
    return (Operand<TFloating>) x;
  }

  @SuppressWarnings("unchecked")
  private static Operand<TFloat32> asFloat32(Operand<TFloating> x) {
    return (Operand<TFloat32>) (Operand<?>) x;
  }
}
