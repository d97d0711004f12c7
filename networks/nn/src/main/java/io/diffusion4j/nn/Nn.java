package io.diffusion4j.nn;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Perturbation.Part;
import io.diffusion4j.nn.Recording.Form;
import io.diffusion4j.nn.Tensor.Role;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.nn.weights.Layout;
import io.diffusion4j.nn.weights.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The vocabulary in which networks and losses are defined. Each method records a {@link Layer},
 * whose Javadoc defines the operation, and returns its output.
 *
 * <p>{@code nn.at("conv1").conv2d(x, 64, 3)} is a convolution whose parameters are {@code
 * conv1.weight} and {@code conv1.bias} below this place in the checkpoint. Images are {@code [B, H,
 * W, C]}, sequences {@code [B, L, C]}. Layers read {@link Role#ACTIVATIONS}, losses {@link
 * Role#NUMBERS}; {@link #input} and {@link #output} lead from one to the other.
 *
 * <p>Immutable except for the recording; for one thread. Shapes and roles that do not fit throw an
 * {@link IllegalArgumentException} immediately.
 */
public final class Nn {
  private final Recording recording;
  private final String path;

  private Nn(Recording recording, String path) {
    this.recording = recording;
    this.path = path;
  }

  static Nn of(Recording recording) {
    return new Nn(recording, "");
  }

  /** Returns a place in the checkpoint below this one. */
  public Nn at(String name) {
    return new Nn(recording, key(name));
  }

  /** Returns {@code at(name + "." + index)}. */
  public Nn at(String name, int index) {
    return at(name + "." + index);
  }

  private String key(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  // Roles

  /** Returns the value in the precision of the activations. */
  public Tensor input(Tensor numbers) {
    return require(numbers, Role.NUMBERS).as(Role.ACTIVATIONS);
  }

  /** Returns the value in float32. */
  public Tensor output(Tensor activations) {
    return require(activations, Role.ACTIVATIONS).as(Role.NUMBERS);
  }

  // Sources

  /** Returns the parameter at this path, such as {@code logit_scale}: numbers. */
  public Tensor parameter(String name, Init init, long... shape) {
    String key = parameter(name, shape, Layout.SAME, init);
    return record(new Layer.Learned(key), Role.NUMBERS, list(shape));
  }

  /**
   * Returns a learned sequence, the same for every sample: activations {@code [1, length, width]}.
   */
  public Tensor learned(String name, Init init, long length, long width) {
    return input(parameter(name, init, 1, length, width));
  }

  /** Returns a learned sequence that is stored as {@code [width, length]} in checkpoints. */
  public Tensor learnedTransposed(String name, Init init, long length, long width) {
    String key = parameter(name, new long[] {width, length}, Layout.LINEAR, init);
    var table = record(new Layer.Learned(key), Role.NUMBERS, List.of(length, width));
    return input(reshape(table, 1, length, width));
  }

  private String parameter(String name, long[] shape, Layout layout, Init init) {
    return recording.parameter(new Parameter(key(name), shape, layout, init));
  }

  /** Returns a number. */
  public Tensor constant(double value) {
    return constant(new float[] {(float) value});
  }

  /** Returns numbers of this shape, row-major; no axis is the batch's. */
  public Tensor constant(float[] values, long... shape) {
    return constant(Role.NUMBERS, values, shape);
  }

  /** Integers of this shape, row-major; no axis is the batch's. */
  public Tensor constant(int[] values, long... shape) {
    float[] whole = new float[values.length];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = values[i];
    }
    return constant(Role.INTEGERS, whole, shape);
  }

  private Tensor constant(Role role, float[] values, long... shape) {
    long size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    require(values.length == size, "constant", values.length + " values", size + " values");
    return record(new Layer.Constant(values.clone()), role, list(shape));
  }

  // Layers with parameters

  /** Applies a dense layer with bias. */
  public Tensor linear(Tensor x, long out) {
    return linear(x, out, Init.FAN_IN);
  }

  /** Applies a dense layer with bias, its weights from the given initialiser. */
  public Tensor linear(Tensor x, long out, Init init) {
    return dense(x, out, init, "weight", "bias", last(x));
  }

  /**
   * Applies a dense layer whose parameters have names of their own below this path, as the packed
   * ones of PyTorch's {@code MultiheadAttention} have: {@code in_proj_weight}, {@code
   * in_proj_bias}.
   */
  public Tensor linear(Tensor x, long out, Init init, String weight, String bias) {
    return dense(x, out, init, weight, bias, last(x));
  }

  /** Applies a dense layer whose matrix is stored as {@code [out, in, 1]} in checkpoints. */
  public Tensor pointwise(Tensor x, long out, Init init) {
    return dense(x, out, init, "weight", "bias", last(x), 1);
  }

  private Tensor dense(Tensor x, long out, Init init, String weight, String bias, long... inShape) {
    Init start = init == Init.FAN_IN ? Init.uniform(1 / Math.sqrt((double) last(x))) : Init.ZEROS;
    String w = matrix(out, init, weight, inShape);
    String b = parameter(bias, new long[] {out}, Layout.SAME, start);
    return linear(x, w, b, out);
  }

  /** Applies a dense layer without bias. */
  public Tensor linearNoBias(Tensor x, long out, Init init) {
    return linearNoBias(x, out, init, "weight");
  }

  /** Applies a dense layer without bias whose matrix has a name of its own below this path. */
  public Tensor linearNoBias(Tensor x, long out, Init init, String weight) {
    return linear(x, matrix(out, init, weight, last(x)), "", out);
  }

  private String matrix(long out, Init init, String name, long... inShape) {
    long[] shape = new long[inShape.length + 1];
    shape[0] = out;
    System.arraycopy(inShape, 0, shape, 1, inShape.length);
    return parameter(name, shape, Layout.LINEAR, init);
  }

  private Tensor linear(Tensor x, String weight, String bias, long out) {
    require(x, Role.ACTIVATIONS);
    return record(
        new Layer.Linear(weight, bias, last(x), out),
        Role.ACTIVATIONS,
        with(x.shape(), x.rank() - 1, out),
        x);
  }

  /**
   * Applies a dense layer without bias whose matrix is stored as {@code [in, out]} in checkpoints.
   */
  public Tensor project(Tensor x, String name, long out, Init init) {
    requireRank(require(x, Role.ACTIVATIONS), 2);
    String w = parameter(name, new long[] {last(x), out}, Layout.SAME, init);
    return linear(x, w, "", out);
  }

  /** Applies a convolution of stride 1 that keeps the size. */
  public Tensor conv2d(Tensor x, long out, int kernel) {
    return conv2d(x, out, kernel, 1, Init.FAN_IN);
  }

  /** Applies a convolution. */
  public Tensor conv2d(Tensor x, long out, int kernel, int stride, Init init) {
    return conv2d(x, out, kernel, stride, kernel / 2, init);
  }

  /**
   * Applies a convolution that is padded by {@code kernel / 2} below and on the right.
   *
   * @param pad zeros above and on the left
   */
  public Tensor conv2d(Tensor x, long out, int kernel, int stride, int pad, Init init) {
    long fanIn = last(x) * kernel * kernel;
    Init start = init == Init.FAN_IN ? Init.uniform(1 / Math.sqrt((double) fanIn)) : Init.ZEROS;
    String w = parameter("weight", new long[] {out, last(x), kernel, kernel}, Layout.CONV, init);
    String b = parameter("bias", new long[] {out}, Layout.SAME, start);
    return convolution(x, new Layer.Conv2d(w, b, last(x), out, kernel, stride, pad, kernel / 2));
  }

  /** Applies a convolution without bias, padded by {@code kernel / 2} on all sides. */
  public Tensor conv2dNoBias(Tensor x, long out, int kernel, int stride) {
    var shape = new long[] {out, last(x), kernel, kernel};
    String w = parameter("weight", shape, Layout.CONV, Init.FAN_IN);
    int pad = kernel / 2;
    return convolution(x, new Layer.Conv2d(w, "", last(x), out, kernel, stride, pad, pad));
  }

  /**
   * Applies a convolution of each channel with a filter of its own, without bias, of stride 1 and
   * padded by {@code kernel / 2}. The weight is {@code [1, kernel·kernel, C]}, the pixels of the
   * filters row by row; PyTorch has {@code [C, 1, kernel, kernel]}.
   *
   * @param kernel odd
   */
  public Tensor depthwiseConv2d(Tensor x, int kernel, Init init) {
    requireRank(require(x, Role.ACTIVATIONS), 4);
    require(kernel % 2 == 1, "kernel", kernel, "odd");
    long c = last(x);
    long width = x.size(2) * c;
    int pad = kernel / 2;
    var filter = forEach(learned("weight", init, (long) kernel * kernel, c), x);
    var lines = reshape(x, x.size(0), x.size(1), width);
    var wide = pad == 0 ? lines : between(lines, 2, pad * c);
    var whole = pad == 0 ? lines : between(wide, 1, pad);
    List<Tensor> taps = new ArrayList<>();
    for (int i = 0; i < kernel * kernel; i++) {
      var rows = slice(whole, 1, i / kernel, x.size(1));
      var shifted = slice(rows, i % kernel * c, width);
      var pixels = reshape(shifted, x.size(0), x.size(1) * x.size(2), c);
      taps.add(multiply(pixels, slice(filter, 1, i, 1)));
    }
    var sum = taps.stream().reduce(this::add).orElseThrow();
    return reshape(sum, x.size(0), x.size(1), x.size(2), c);
  }

  /** Puts zeros before and after a value on an axis. */
  private Tensor between(Tensor x, int axis, long count) {
    var zeros = zeros(x, axis, count);
    return concat(axis, List.of(zeros, x, zeros));
  }

  /** Returns activations of zeros in the shape of x, but for one axis. */
  private Tensor zeros(Tensor x, int axis, long count) {
    var shape = with(with(x.shape(), axis, count), 0, 1);
    long[] one = shape.stream().mapToLong(Long::longValue).toArray();
    return forEach(input(constant(new float[Math.toIntExact(product(shape))], one)), x);
  }

  /**
   * Applies a transposed convolution to {@code stride} times the size: the convolution of an image
   * with {@code stride − 1} zeros after each pixel, in both directions. Its weight is that of the
   * convolution, {@code [out, in, kernel, kernel]}: in PyTorch's {@code ConvTranspose2d} of padding
   * ⌈(kernel − stride)/2⌉ it is {@code [in, out, kernel, kernel]}, with both last axes reversed.
   *
   * @param kernel ≥ stride
   */
  public Tensor transposedConv2d(Tensor x, long out, int kernel, int stride, Init init) {
    requireRank(require(x, Role.ACTIVATIONS), 4);
    require(kernel >= stride && stride >= 1, "kernel", kernel, "at least the stride, " + stride);
    var wide = x;
    if (stride > 1) {
      var beside = concat(3, List.of(x, zeros(x, 3, (stride - 1) * last(x))));
      var lines = reshape(beside, x.size(0), x.size(1), stride * x.size(2) * last(x));
      var below = concat(2, List.of(lines, zeros(lines, 2, (stride - 1) * last(lines))));
      wide = reshape(below, x.size(0), stride * x.size(1), stride * x.size(2), last(x));
    }
    Init start =
        init == Init.FAN_IN
            ? Init.uniform(1 / Math.sqrt((double) last(x) * kernel * kernel))
            : Init.ZEROS;
    String w = parameter("weight", new long[] {out, last(x), kernel, kernel}, Layout.CONV, init);
    String b = parameter("bias", new long[] {out}, Layout.SAME, start);
    int pad = kernel - 1 - (kernel - stride + 1) / 2;
    return convolution(
        wide, new Layer.Conv2d(w, b, last(x), out, kernel, 1, pad, kernel - 1 - pad));
  }

  private Tensor convolution(Tensor x, Layer.Conv2d layer) {
    requireRank(require(x, Role.ACTIVATIONS), 4);
    long margin = (long) layer.pad() + layer.padEnd() - layer.kernel();
    long h = (x.size(1) + margin) / layer.stride() + 1;
    long w = (x.size(2) + margin) / layer.stride() + 1;
    return record(layer, Role.ACTIVATIONS, List.of(x.size(0), h, w, layer.out()), x);
  }

  /**
   * Cuts an image into square patches, row by row, and projects each: {@code [B, patches, out]}.
   */
  public Tensor patches(Tensor x, long out, int patch, Init init) {
    return patches(x, out, patch, init, "weight");
  }

  /** Embeds patches by a matrix that has a name of its own below this path. */
  public Tensor patches(Tensor x, long out, int patch, Init init, String weight) {
    return patches(x, out, patch, init, weight, "");
  }

  /** Embeds patches with a bias. */
  public Tensor biasedPatches(Tensor x, long out, int patch, Init init) {
    return patches(x, out, patch, init, "weight", shift("bias", out));
  }

  private Tensor patches(Tensor x, long out, int patch, Init init, String weight, String bias) {
    String w = parameter(weight, new long[] {out, last(x), patch, patch}, Layout.CONV, init);
    var y = convolution(x, new Layer.Conv2d(w, bias, last(x), out, patch, patch, 0, 0));
    return reshape(y, x.size(0), y.size(1) * y.size(2), out);
  }

  /**
   * Assembles an image from its patches, row by row: {@code [B, rows·columns, patch²·C] → [B,
   * rows·patch, columns·patch, C]}. A patch holds its pixels row by row, channels together.
   */
  public Tensor unpatched(Tensor tokens, long rows, long columns, int patch) {
    requireRank(tokens, 3);
    long stretch = last(tokens) / patch; // a row of pixels of a patch
    List<Tensor> lines = new ArrayList<>(patch);
    for (int row = 0; row < patch; row++) {
      var line = patch == 1 ? tokens : slice(tokens, row * stretch, stretch);
      lines.add(reshape(line, tokens.size(0), rows, columns * stretch));
    }
    var image = patch == 1 ? lines.get(0) : concat(2, lines);
    return reshape(image, tokens.size(0), rows * patch, columns * patch, stretch / patch);
  }

  /** Returns rows of a table. */
  public Tensor embedding(Tensor ids, long rows, long width, Init init) {
    return embedding(ids, rows, width, init, "weight");
  }

  /** Looks up rows of a table, which is the parameter {@code weight} below this path. */
  public Tensor embedding(Tensor ids, long rows, long width, Init init, String weight) {
    require(ids, Role.INTEGERS);
    String table = parameter(weight, new long[] {rows, width}, Layout.SAME, init);
    return record(
        new Layer.Embedding(table, rows, width), Role.ACTIVATIONS, plus(ids.shape(), width), ids);
  }

  /** Applies group normalisation. */
  public Tensor groupNorm(Tensor x, int groups, double eps) {
    return groupNorm(x, groups, eps, false);
  }

  /** Applies group normalisation, then SiLU. */
  public Tensor groupNormSilu(Tensor x, int groups, double eps) {
    return groupNorm(x, groups, eps, true);
  }

  /**
   * Applies group normalisation, a scale and shift of each sample, and SiLU.
   *
   * @param scaleShift {@code [B, 2·C]}: scale, then shift
   */
  public Tensor groupNormSilu(Tensor x, int groups, double eps, Tensor scaleShift) {
    require(scaleShift, Role.ACTIVATIONS);
    return groupNorm(x, groups, eps, true, scaleShift);
  }

  private Tensor groupNorm(Tensor x, int groups, double eps, boolean silu, Tensor... scaleShift) {
    requireRank(require(x, Role.ACTIVATIONS), 4);
    long c = last(x);
    Check.that(c % groups == 0, path, c + " channels", "a multiple of %s groups", groups);
    var layer = new Layer.GroupNorm(gain("weight", c), shift("bias", c), groups, eps, silu);
    List<Tensor> inputs = new ArrayList<>(List.of(x));
    inputs.addAll(List.of(scaleShift));
    return recording.add(layer, Role.ACTIVATIONS, x.shape(), inputs);
  }

  /** Applies layer normalisation over the last axis. */
  public Tensor layerNorm(Tensor x, double eps) {
    return layerNorm(x, eps, "weight", "bias");
  }

  /** Normalises with a gain and a shift under other names below this path. */
  public Tensor layerNorm(Tensor x, double eps, String gain, String shift) {
    require(x, Role.ACTIVATIONS);
    long c = last(x);
    var layer = new Layer.LayerNorm(gain(gain, c), shift(shift, c), eps);
    return record(layer, Role.ACTIVATIONS, x.shape(), x);
  }

  /**
   * Applies layer normalisation with the scale and shift of each sample: norm(x)·(1 + scale) +
   * shift.
   *
   * @param x {@code [B, L, C]}
   * @param scale {@code [B, C]}
   * @param shift {@code [B, C]}
   */
  public Tensor layerNorm(Tensor x, double eps, Tensor scale, Tensor shift) {
    requireRank(require(x, Role.ACTIVATIONS), 3);
    for (Tensor vector : List.of(scale, shift)) {
      require(vector, Role.ACTIVATIONS);
      var expected = List.of(x.size(0), last(x));
      require(vector.shape().equals(expected), "shape", vector.shape(), expected);
    }
    return record(new Layer.AdaptiveLayerNorm(eps), Role.ACTIVATIONS, x.shape(), x, scale, shift);
  }

  private String gain(String name, long channels) {
    return parameter(name, new long[] {channels}, Layout.SAME, Init.ONES);
  }

  private String shift(String name, long channels) {
    return parameter(name, new long[] {channels}, Layout.SAME, Init.ZEROS);
  }

  /**
   * Returns the vector of a sample, or a learned row in its place.
   *
   * @param x numbers {@code [B, C]}
   * @param use numbers {@code [B, 1]}: 1 to use the vector, 0 for the row
   */
  public Tensor orLearned(Tensor x, Tensor use, String name, Init init) {
    require(x, Role.NUMBERS);
    require(use, Role.NUMBERS);
    String row = parameter(name, new long[] {last(x)}, Layout.SAME, init);
    return record(new Layer.Chosen(row), Role.ACTIVATIONS, x.shape(), x, use);
  }

  // Attention

  /**
   * Applies scaled dot-product attention.
   *
   * @param masks numbers that are added to the logits
   */
  public Tensor attention(Tensor q, Tensor k, Tensor v, int heads, List<Tensor> masks) {
    require(last(q) % heads == 0, "width", last(q), "a multiple of " + heads + " heads");
    List<Tensor> inputs = new ArrayList<>();
    for (Tensor x : List.of(q, k, v)) {
      inputs.add(requireRank(require(x, Role.ACTIVATIONS), 3));
    }
    masks.forEach(mask -> inputs.add(require(mask, Role.NUMBERS)));
    return recording.add(new Layer.Attention(heads), Role.ACTIVATIONS, q.shape(), inputs);
  }

  /**
   * Applies attention of tokens to themselves, and to other tokens before them on the key axis. In
   * a {@link PerturbedNetwork} a token can have its own value only.
   *
   * @param q the queries of the tokens, {@code [B, L, W]}
   * @param k the keys of other tokens, and of these, {@code [B, M + L, W]}
   * @param v the values of other tokens, and of these, {@code [B, M + L, W]}
   * @param masks numbers that are added to the logits
   */
  public Tensor selfAttention(Tensor q, Tensor k, Tensor v, int heads, List<Tensor> masks) {
    var mixed = attention(q, k, v, heads, masks);
    if (!recording.isOf(Form.PERTURBED)) {
      return mixed;
    }
    long tokens = q.size(1);
    long others = v.size(1) - tokens;
    return chosen(Part.ATTENTION, tokens, mixed, others == 0 ? v : slice(v, 1, others, tokens));
  }

  /**
   * Returns the output of a block with {@link #selfAttention}, which comes after the attention and
   * has the shape of the input. In a {@link PerturbedNetwork} the block can pass its input on.
   */
  public Tensor block(Tensor x, Tensor output) {
    return recording.isOf(Form.PERTURBED)
        ? chosen(Part.BLOCK, x.sampleSize() / last(x), output, x)
        : output;
  }

  /** Returns one of two activations, as an input of the network has it. */
  private Tensor chosen(Part part, long tokens, Tensor whole, Tensor without) {
    long width = last(whole);
    var factors = recording.choice(part, tokens, width);
    long[] shape = whole.shape().stream().mapToLong(size -> 1).toArray();
    shape[0] = Tensor.BATCH;
    shape[shape.length - 1] = width;
    var one = multiply(whole, input(reshape(slice(factors, 0, width), shape)));
    return add(one, multiply(without, input(reshape(slice(factors, width, width), shape))));
  }

  /**
   * Splits the packed output of a dense layer: {@code [B, L, parts·W] → parts × [B, L, W]}.
   *
   * @param groups 1 if the parts follow one another; the number of heads if the parts of each head
   *     are adjacent
   */
  public List<Tensor> unpack(Tensor packed, int parts, int groups) {
    requireRank(require(packed, Role.ACTIVATIONS), 3);
    long rows = packed.size(0);
    long length = packed.size(1);
    long each = last(packed) / parts / groups;
    var grouped = groups == 1 ? packed : reshape(packed, rows, length, groups, parts * each);
    List<Tensor> unpacked = new ArrayList<>(parts);
    for (int part = 0; part < parts; part++) {
      var slice = slice(grouped, part * each, each);
      unpacked.add(groups == 1 ? slice : reshape(slice, rows, length, groups * each));
    }
    return unpacked;
  }

  /** Returns a mask that hides later positions from earlier ones. */
  public Tensor causalMask(int length, float hidden) {
    float[] mask = new float[length * length]; // a row for each query
    for (int i = 0; i < length; i++) {
      Arrays.fill(mask, i * length + i + 1, (i + 1) * length, hidden);
    }
    return constant(mask, 1, 1, length, length);
  }

  /**
   * Returns a mask that hides tokens.
   *
   * @param present numbers {@code [B, M]}: 1 for visible tokens, 0 for others
   * @param hidden the offset of a hidden token's logit
   * @param after the number of keys after the tokens
   */
  public Tensor hide(Tensor present, float hidden, long after) {
    requireRank(require(present, Role.NUMBERS), 2);
    return record(
        new Layer.Hide(hidden, after),
        Role.NUMBERS,
        List.of(present.size(0), 1L, 1L, last(present) + after),
        present);
  }

  // Arrangement

  /** Deals a vector out to tokens. */
  public Tensor deal(Tensor x, int parts) {
    requireRank(x, 2);
    return record(
        new Layer.Deal(parts), x.role(), List.of(x.size(0), (long) parts, last(x) / parts), x);
  }

  /** Concatenates values along an axis. */
  public Tensor concat(int axis, List<Tensor> values) {
    long size = 0;
    for (Tensor value : values) {
      require(value, values.get(0).role());
      require(
          with(value.shape(), axis, 0).equals(with(values.get(0).shape(), axis, 0)),
          "shape",
          value.shape(),
          "that of " + values.get(0).shape() + " but for axis " + axis);
      size += value.size(axis);
    }
    return recording.add(
        new Layer.Concat(axis),
        values.get(0).role(),
        with(values.get(0).shape(), axis, size),
        values);
  }

  /** Returns the values in another shape, of which the first size may be the batch's (−1). */
  public Tensor reshape(Tensor x, long... shape) {
    var y = list(shape);
    require(
        product(y) == product(x.shape())
            && y.lastIndexOf(Tensor.BATCH) == x.shape().lastIndexOf(Tensor.BATCH)
            && y.lastIndexOf(Tensor.BATCH) <= 0,
        "shape",
        y,
        "one with the values of " + x.shape());
    return record(new Layer.Reshape(), x.role(), y, x);
  }

  /** Returns a part of the last axis. */
  public Tensor slice(Tensor x, long begin, long size) {
    return slice(x, x.rank() - 1, begin, size);
  }

  /** Returns a part of an axis. */
  public Tensor slice(Tensor x, int axis, long begin, long size) {
    require(
        begin >= 0 && size >= 1 && begin + size <= x.size(axis),
        "slice",
        begin + " to " + (begin + size),
        "within " + x.size(axis));
    return record(new Layer.Slice(axis, begin, size), x.role(), with(x.shape(), axis, size), x);
  }

  /** Returns one position of a sequence. */
  public Tensor position(Tensor x, long index) {
    requireRank(x, 3);
    return reshape(slice(x, 1, index, 1), x.size(0), last(x));
  }

  /**
   * Returns the axes in another order.
   *
   * @param axes the axis of x that becomes each axis of the result; the first stays, 0
   */
  public Tensor permute(Tensor x, int... axes) {
    List<Integer> order = Arrays.stream(axes).boxed().toList();
    var all = IntStream.range(0, x.rank()).boxed().toList();
    require(
        order.stream().sorted().toList().equals(all) && order.indexOf(0) == 0,
        "axes",
        order,
        "each of " + all + " once, 0 first");
    return record(new Layer.Permute(order), x.role(), order.stream().map(x::size).toList(), x);
  }

  /** Returns an m×n matrix for each n×m one: the last two axes exchanged. */
  public Tensor transpose(Tensor x) {
    require(x.rank() >= 3, "shape", x.shape(), "at least 3 axes");
    int[] axes = IntStream.range(0, x.rank()).toArray();
    axes[x.rank() - 2] = x.rank() - 1;
    axes[x.rank() - 1] = x.rank() - 2;
    return permute(x, axes);
  }

  /** Repeats a {@code [1, ...]} value for every sample of the batch that {@code like} has. */
  public Tensor forEach(Tensor row, Tensor like) {
    require(row.size(0) == 1, "first axis", row.size(0), "1");
    return record(new Layer.ForEach(), row.role(), with(row.shape(), 0, like.size(0)), row, like);
  }

  /** Repeats each pixel twice in both directions. */
  public Tensor upsampleNearest(Tensor x) {
    requireRank(x, 4);
    return record(
        new Layer.UpsampleNearest(),
        x.role(),
        List.of(x.size(0), 2 * x.size(1), 2 * x.size(2), last(x)),
        x);
  }

  /** Returns the mean of each 2×2 block. */
  public Tensor averagePool(Tensor x) {
    requireRank(require(x, Role.ACTIVATIONS), 4);
    return record(
        new Layer.AveragePool(),
        x.role(),
        List.of(x.size(0), x.size(1) / 2, x.size(2) / 2, last(x)),
        x);
  }

  // Functions of each value

  /** Computes x·σ(x). */
  public Tensor silu(Tensor x) {
    return map(Function.SILU, x);
  }

  /** Computes max(x, 0). */
  public Tensor relu(Tensor x) {
    return map(Function.RELU, x);
  }

  /** Computes x·Φ(x). */
  public Tensor gelu(Tensor x) {
    return map(Function.GELU, x);
  }

  /** Computes x·σ(1.702·x). */
  public Tensor quickGelu(Tensor x) {
    return map(Function.QUICK_GELU, x);
  }

  /** Applies a function of each value. */
  public Tensor map(Function function, Tensor x) {
    require(x.role() != Role.INTEGERS, "role", x.role(), "numbers or activations");
    return record(new Layer.Apply(function), x.role(), x.shape(), x);
  }

  /** Computes a + b. */
  public Tensor add(Tensor a, Tensor b) {
    return combine(Operation.ADD, a, b);
  }

  /** Computes a − b. */
  public Tensor subtract(Tensor a, Tensor b) {
    return combine(Operation.SUBTRACT, a, b);
  }

  /** Computes a·b. */
  public Tensor multiply(Tensor a, Tensor b) {
    return combine(Operation.MULTIPLY, a, b);
  }

  /**
   * Computes a/b of numbers as a·b·(1/√b²)².
   *
   * @param b of a size from 10⁻¹⁸ to 10¹⁸
   */
  public Tensor divide(Tensor a, Tensor b) {
    var perSize = map(Function.INVERSE_ROOT, map(Function.SQUARE, require(b, Role.NUMBERS)));
    return multiply(a, multiply(b, map(Function.SQUARE, perSize)));
  }

  /** Computes tanh x of numbers as 2·σ(2x) − 1. */
  public Tensor tanh(Tensor x) {
    var sigmoid = map(Function.SIGMOID, multiply(require(x, Role.NUMBERS), constant(2)));
    return subtract(multiply(sigmoid, constant(2)), constant(1));
  }

  /** Returns the probabilities eˣ/Σ eˣ along an axis of numbers. */
  public Tensor softmax(Tensor x, int axis) {
    long[] kept = x.shape().stream().mapToLong(Long::longValue).toArray();
    kept[axis] = 1;
    var total = reshape(reduce(Statistic.LOG_SUM_EXP, x, axis), kept);
    return map(Function.EXP, subtract(x, total));
  }

  /** Applies an operation to each pair of values; both are numbers, or both are activations. */
  public Tensor combine(Operation operation, Tensor a, Tensor b) {
    require(a.role() != Role.INTEGERS, "role", a.role(), "numbers or activations");
    require(b, a.role());
    return record(new Layer.Combine(operation), a.role(), broadcast(a.shape(), b.shape()), a, b);
  }

  /** Returns {@code then} where {@code condition} is greater than 0, else {@code otherwise}. */
  public Tensor select(Tensor condition, Tensor then, Tensor otherwise) {
    for (Tensor x : List.of(condition, then, otherwise)) {
      require(x, Role.NUMBERS);
    }
    return record(
        new Layer.Select(),
        Role.NUMBERS,
        broadcast(condition.shape(), broadcast(then.shape(), otherwise.shape())),
        condition,
        then,
        otherwise);
  }

  /**
   * Drops values at random while the network is trained, and returns x otherwise (Srivastava et al.
   * 2014): {@code nn.at("drop").dropout(x, 0.1)}. Each dropout has a path of its own.
   *
   * @param rate the probability that a value becomes 0; others are divided by 1 − rate
   */
  public Tensor dropout(Tensor x, double rate) {
    var dropout = new Dropout(rate, path);
    if (!recording.isOf(Form.TRAINED)) {
      return x;
    }
    long[] sample = x.sample().stream().mapToLong(Long::longValue).toArray();
    var factors = recording.input(dropout.input(), Role.NUMBERS, sample);
    return multiply(x, x.role() == Role.ACTIVATIONS ? input(factors) : factors);
  }

  // Statistics and other operations of losses

  /** Computes Σ x over some axes. */
  public Tensor sum(Tensor x, int... axes) {
    return reduce(Statistic.SUM, x, axes);
  }

  /** Returns the mean of x over some axes. */
  public Tensor mean(Tensor x, int... axes) {
    return reduce(Statistic.MEAN, x, axes);
  }

  /** Returns a statistic of numbers over some axes. */
  public Tensor reduce(Statistic statistic, Tensor x, int... axes) {
    require(x, Role.NUMBERS);
    List<Integer> over = Arrays.stream(axes).boxed().toList();
    List<Long> kept = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      if (!over.contains(axis)) {
        kept.add(x.size(axis));
      }
    }
    require(kept.size() + axes.length == x.rank(), "axes", over, "some of " + x.shape());
    return record(new Layer.Reduce(statistic, over), Role.NUMBERS, kept, x);
  }

  /**
   * Computes a·bᵀ of two numbers {@code [M, K]} and {@code [N, K]}, or of matrices in each sample:
   * {@code [B, ..., M, K], [B, ..., N, K] → [B, ..., M, N]}, numbers or activations.
   */
  public Tensor product(Tensor a, Tensor b) {
    require(a, a.rank() == 2 ? Role.NUMBERS : b.role());
    require(b, a.role());
    require(a.role() != Role.INTEGERS, "role", a.role(), "numbers or activations");
    require(a.rank() >= 2, "shape", a.shape(), "at least 2 axes");
    requireRank(b, a.rank());
    int rows = a.rank() - 2;
    require(last(a) == last(b), "columns", last(b), "" + last(a));
    var before = a.shape().subList(0, rows);
    require(
        b.shape().subList(0, rows).equals(before), "shape", b.shape(), "that starts as " + before);
    List<Long> shape = new ArrayList<>(before);
    shape.addAll(List.of(a.size(rows), b.size(rows)));
    return record(new Layer.Product(), a.role(), shape, a, b);
  }

  /**
   * Returns positions of a sequence by their numbers: {@code [B, L, C] → [B, K, C]}, as the product
   * with one-hot rows.
   *
   * @param ids integers {@code [B, K]}, from 0 to L − 1; others give zeros
   */
  public Tensor gather(Tensor x, Tensor ids) {
    requireRank(x, 3);
    requireRank(ids, 2);
    var places = oneHot(ids, Math.toIntExact(x.size(1)));
    return product(x.role() == Role.ACTIVATIONS ? input(places) : places, transpose(x));
  }

  /** Returns 1 at the place given by each integer, 0 elsewhere. */
  public Tensor oneHot(Tensor ids, int size) {
    require(ids, Role.INTEGERS);
    return record(new Layer.OneHot(size), Role.NUMBERS, plus(ids.shape(), size), ids);
  }

  /** Returns the same numbers without a gradient. */
  public Tensor detached(Tensor x) {
    return record(new Layer.Detached(), require(x, Role.NUMBERS).role(), x.shape(), x);
  }

  // Recording and checks

  private Tensor record(Layer layer, Role role, List<Long> shape, Tensor... inputs) {
    return recording.add(layer, role, shape, List.of(inputs));
  }

  private static long last(Tensor x) {
    return x.last();
  }

  private static List<Long> list(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  private static List<Long> with(List<Long> shape, int axis, long size) {
    List<Long> changed = new ArrayList<>(shape);
    changed.set(axis, size);
    return changed;
  }

  private static List<Long> plus(List<Long> shape, long last) {
    List<Long> longer = new ArrayList<>(shape);
    longer.add(last);
    return longer;
  }

  private static long product(List<Long> shape) {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  private List<Long> broadcast(List<Long> a, List<Long> b) {
    int rank = Math.max(a.size(), b.size());
    List<Long> shape = new ArrayList<>();
    for (int back = rank; back >= 1; back--) {
      long ofA = back <= a.size() ? a.get(a.size() - back) : 1;
      long ofB = back <= b.size() ? b.get(b.size() - back) : 1;
      require(ofA == ofB || ofA == 1 || ofB == 1, "shape", b, "one that broadcasts with " + a);
      shape.add(ofA == 1 ? ofB : ofA);
    }
    return Collections.unmodifiableList(shape);
  }

  private Tensor require(Tensor x, Role role) {
    require(x.role() == role, "role", x.role(), role);
    return x;
  }

  private Tensor requireRank(Tensor x, int rank) {
    require(x.rank() == rank, "shape", x.shape(), rank + " axes");
    return x;
  }

  private void require(boolean holds, String name, Object value, Object expected) {
    Check.that(holds, path.isEmpty() ? name : path + ": " + name, value, "%s", expected);
  }
}
