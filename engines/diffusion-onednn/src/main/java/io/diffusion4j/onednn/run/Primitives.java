package io.diffusion4j.onednn.run;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.Curve;
import io.diffusion4j.onednn.core.Descriptions;
import io.diffusion4j.onednn.core.Dnnl;
import io.diffusion4j.onednn.core.Natives;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.core.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Adds the primitives of a program to its steps. No other file uses oneDNN's operations. */
public final class Primitives {
  private final Steps steps;
  private final Scope scope;
  private final Scope compiling;
  private final Descriptions descriptions;
  private final List<Buffer> scratch;
  private final dnnl_engine engine = Natives.get().engine();

  /**
   * Creates a factory of primitives.
   *
   * @param steps receives the primitives, each in its part of the current step
   * @param scope owns the primitives
   * @param compiling owns what is needed to create them only
   * @param scratch the scratchpad for each part, the scratchpad of its primitives
   */
  public Primitives(
      Steps steps, Scope scope, Scope compiling, Descriptions descriptions, List<Buffer> scratch) {
    this.steps = steps;
    this.scope = scope;
    this.compiling = compiling;
    this.descriptions = descriptions;
    this.scratch = scratch;
  }

  /** Adds a description of a primitive with these attributes. */
  @FunctionalInterface
  private interface Creation {
    int create(dnnl_primitive_desc description, dnnl_primitive_attr attributes);
  }

  /** A primitive without its arguments. */
  private final class Building {
    final String name;
    final dnnl_primitive_desc description = new dnnl_primitive_desc();
    final Map<Integer, Call.Argument> arguments = new LinkedHashMap<>();

    Building(String name, List<PostOp> after, Creation creation) {
      this(name, after, OptionalInt.empty(), creation);
    }

    /**
     * @param outputs the axis of the weights that has a scale for each index; empty without scales
     */
    Building(String name, List<PostOp> after, OptionalInt outputs, Creation creation) {
      this.name = name;
      Dnnl.check(creation.create(description, attributes(after, outputs)), name);
      compiling.onClose(() -> dnnl_primitive_desc_destroy(description));
      for (int i = 0; i < after.size(); i++) {
        if (after.get(i) instanceof PostOp.Add add) {
          with(DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (i + 1) | DNNL_ARG_SRC_1, add.view());
        }
      }
    }

    Building with(int argument, View view) {
      return with(argument, view.buffer(), view.byteOffset(), descriptions.of(view));
    }

    Building with(int argument, Buffer buffer, long byteOffset, dnnl_memory_desc description) {
      arguments.put(argument, new Call.Argument(buffer, byteOffset, description));
      return this;
    }

    /** Adds packed weights, and the scales of source and weights if these are 8-bit integers. */
    Building with(PackedWeights weights, PackedWeights.Plain plain, Optional<View> scale) {
      var wanted = wanted(dnnl_query_weights_md);
      with(DNNL_ARG_WEIGHTS, weights.pack(plain, wanted, scale.isPresent()), 0, wanted);
      scale.ifPresent(
          source ->
              with(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, source)
                  .with(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, weights.scales(plain)));
      return this;
    }

    dnnl_memory_desc wanted(int what) {
      return descriptions.copy(dnnl_primitive_desc_query_md(description, what, 0));
    }

    void in(int part) {
      var needed = wanted(dnnl_query_scratchpad_md);
      long bytes = dnnl_memory_desc_get_size(needed);
      if (bytes > 0) {
        scratch.get(part).grow(bytes);
        with(DNNL_ARG_SCRATCHPAD, scratch.get(part), 0, needed);
      }
      var primitive = new dnnl_primitive();
      Dnnl.check(dnnl_primitive_create(primitive, description), name);
      scope.onClose(() -> dnnl_primitive_destroy(primitive));
      var call =
          new Call(name + " " + Dnnl.implementation(description, name), primitive, arguments);
      steps.add(part, call);
    }
  }

  private dnnl_primitive_attr attributes(List<PostOp> after, OptionalInt outputs) {
    var operations = new dnnl_post_ops();
    Dnnl.check(dnnl_post_ops_create(operations), "post-ops");
    compiling.onClose(() -> dnnl_post_ops_destroy(operations));
    for (PostOp operation : after) {
      Dnnl.check(append(operations, operation), () -> "post-op " + operation);
    }
    var attributes = new dnnl_primitive_attr();
    Dnnl.check(dnnl_primitive_attr_create(attributes), "attributes");
    compiling.onClose(() -> dnnl_primitive_attr_destroy(attributes));
    Dnnl.check(dnnl_primitive_attr_set_post_ops(attributes, operations), "post-ops");
    if (outputs.isPresent()) {
      int each = 1 << outputs.getAsInt();
      Dnnl.check(dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_SRC, 0), "scale");
      Dnnl.check(dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_WEIGHTS, each), "scales");
    }
    Dnnl.check(
        dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "scratch");
    return attributes;
  }

  private int append(dnnl_post_ops operations, PostOp operation) {
    if (operation instanceof PostOp.Scale scale) {
      return dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_linear, scale.factor(), 0);
    }
    if (operation instanceof PostOp.Add add) {
      return dnnl_post_ops_append_binary(operations, dnnl_binary_add, descriptions.of(add.view()));
    }
    var curve = ((PostOp.Apply) operation).curve();
    return dnnl_post_ops_append_eltwise(operations, curve.code(), curve.alpha(), 0);
  }

  /**
   * Adds a convolution of one image with bias.
   *
   * @param scale the scale of 8-bit integers
   */
  void convolution(
      int part,
      View from,
      Optional<View> scale,
      View to,
      PackedWeights weights,
      PackedWeights.Plain plain,
      View bias,
      Convolution shape,
      List<PostOp> after) {
    var dims = plain.dims().stream().mapToLong(Long::longValue).toArray();
    var building =
        new Building(
            "convolution " + plain.key(),
            after,
            axis(scale, 0),
            (d, attr) ->
                dnnl_convolution_forward_primitive_desc_create(
                    d,
                    engine,
                    dnnl_forward_inference,
                    dnnl_convolution_direct,
                    of(from),
                    descriptions.any(from.type(), dims),
                    of(bias),
                    of(to),
                    new long[] {shape.stride(), shape.stride()},
                    new long[] {0, 0},
                    new long[] {shape.top(), shape.side()},
                    new long[] {shape.bottom(), shape.sideEnd()},
                    attr));
    building
        .with(DNNL_ARG_SRC, from)
        .with(weights, plain, scale)
        .with(DNNL_ARG_BIAS, bias)
        .with(DNNL_ARG_DST, to)
        .in(part);
  }

  /**
   * The padding of a convolution on each side.
   *
   * @param sideEnd padding on the right
   */
  record Convolution(long stride, long top, long bottom, long side, long sideEnd) {}

  private static OptionalInt axis(Optional<View> scale, int outputs) {
    return scale.isPresent() ? OptionalInt.of(outputs) : OptionalInt.empty();
  }

  /**
   * Adds the product of a matrix and weights.
   *
   * @param scale the scale of 8-bit integers
   */
  void dense(
      int part,
      View from,
      Optional<View> scale,
      View to,
      PackedWeights weights,
      PackedWeights.Plain plain,
      Optional<View> bias,
      List<PostOp> after) {
    var dims = plain.dims().stream().mapToLong(Long::longValue).toArray();
    var building =
        new Building(
            "dense " + plain.key(),
            after,
            axis(scale, 1),
            (d, attr) ->
                dnnl_matmul_primitive_desc_create(
                    d,
                    engine,
                    of(from),
                    descriptions.any(from.type(), dims),
                    bias.map(this::of).orElse(null),
                    of(to),
                    attr));
    building.with(DNNL_ARG_SRC, from).with(weights, plain, scale).with(DNNL_ARG_DST, to);
    bias.ifPresent(b -> building.with(DNNL_ARG_BIAS, b));
    building.in(part);
  }

  /** Adds a product of matrices. */
  void product(int part, View a, View b, View to, List<PostOp> after) {
    new Building(
            "product",
            after,
            (d, attr) ->
                dnnl_matmul_primitive_desc_create(d, engine, of(a), of(b), null, of(to), attr))
        .with(DNNL_ARG_SRC, a)
        .with(DNNL_ARG_WEIGHTS, b)
        .with(DNNL_ARG_DST, to)
        .in(part);
  }

  /** Adds a primitive of one source and one destination. */
  private void map(String name, int part, View from, View to, Creation creation) {
    new Building(name, List.of(), creation)
        .with(DNNL_ARG_SRC, from)
        .with(DNNL_ARG_DST, to)
        .in(part);
  }

  private dnnl_memory_desc of(View view) {
    return descriptions.of(view);
  }

  /** Adds the largest value of each row: {@code [R, C] → [R, 1]}. */
  void largest(int part, View from, View to) {
    reduction("largest", dnnl_reduction_max, part, from, to);
  }

  /** Adds the smallest value of each row: {@code [R, C] → [R, 1]}. */
  void smallest(int part, View from, View to) {
    reduction("smallest", dnnl_reduction_min, part, from, to);
  }

  private void reduction(String name, int kind, int part, View from, View to) {
    if (Arrays.equals(from.dims(), to.dims())) {
      copy(part, from, to); // oneDNN refuses to reduce a single value
      return;
    }
    map(
        name,
        part,
        from,
        to,
        (d, attr) ->
            dnnl_reduction_primitive_desc_create(d, engine, kind, of(from), of(to), 0, 0, attr));
  }

  /** Adds a softmax over the last axis. */
  void softmax(int part, View from, View to) {
    map(
        "softmax",
        part,
        from,
        to,
        (d, attr) ->
            dnnl_softmax_forward_primitive_desc_create(
                d,
                engine,
                dnnl_forward_inference,
                dnnl_softmax_accurate,
                of(from),
                of(to),
                from.dims().length - 1,
                attr));
  }

  /**
   * Adds the mean and the biased variance of each channel, by a batch normalisation whose
   * normalised result is ignored.
   *
   * @param unused receives the ignored result
   */
  void moments(int part, View from, View unused, View mean, View variance) {
    new Building(
            "moments",
            List.of(),
            (d, attr) ->
                dnnl_batch_normalization_forward_primitive_desc_create(
                    d, engine, dnnl_forward_training, of(from), of(unused), 1, 0, attr))
        .with(DNNL_ARG_SRC, from)
        .with(DNNL_ARG_DST, unused)
        .with(DNNL_ARG_MEAN, mean)
        .with(DNNL_ARG_VARIANCE, variance)
        .in(part);
  }

  /** Adds (from − mean)/√variance·scale + shift, per channel. */
  void normalise(int part, View from, View mean, View variance, View scale, View shift, View to) {
    new Building(
            "normalise",
            List.of(),
            (d, attr) ->
                dnnl_batch_normalization_forward_primitive_desc_create(
                    d,
                    engine,
                    dnnl_forward_inference,
                    of(from),
                    of(to),
                    0,
                    dnnl_use_global_stats | dnnl_use_scale | dnnl_use_shift,
                    attr))
        .with(DNNL_ARG_SRC, from)
        .with(DNNL_ARG_MEAN, mean)
        .with(DNNL_ARG_VARIANCE, variance)
        .with(DNNL_ARG_SCALE, scale)
        .with(DNNL_ARG_SHIFT, shift)
        .with(DNNL_ARG_DST, to)
        .in(part);
  }

  /** Adds a layer normalisation of each row. */
  void layerNorm(int part, View from, View to, View gain, View shift, double eps) {
    new Building(
            "layer normalisation",
            List.of(),
            (d, attr) ->
                dnnl_layer_normalization_forward_primitive_desc_create(
                    d,
                    engine,
                    dnnl_forward_inference,
                    of(from),
                    of(to),
                    null,
                    (float) eps,
                    dnnl_use_scale | dnnl_use_shift,
                    attr))
        .with(DNNL_ARG_SRC, from)
        .with(DNNL_ARG_SCALE, gain)
        .with(DNNL_ARG_SHIFT, shift)
        .with(DNNL_ARG_DST, to)
        .in(part);
  }

  /** Adds the sum of from·factor and of the other summands. */
  void multiply(int part, View from, View factor, View to, List<PostOp> after) {
    binary("multiply", dnnl_binary_mul, part, from, factor, to, after);
  }

  void add(int part, View a, View b, View to, List<PostOp> after) {
    binary("add", dnnl_binary_add, part, a, b, to, after);
  }

  private void binary(
      String name, int kind, int part, View a, View b, View to, List<PostOp> after) {
    new Building(
            name,
            after,
            (d, attr) ->
                dnnl_binary_primitive_desc_create(d, engine, kind, of(a), of(b), of(to), attr))
        .with(DNNL_ARG_SRC_0, a)
        .with(DNNL_ARG_SRC_1, b)
        .with(DNNL_ARG_DST, to)
        .in(part);
  }

  /** Adds a copy between formats or orders. */
  void copy(int part, View from, View to) {
    map(
        "copy",
        part,
        from,
        to,
        (d, attr) -> dnnl_reorder_primitive_desc_create(d, of(from), engine, of(to), engine, attr));
  }

  /** Adds an elementwise function. */
  void apply(int part, Curve curve, View from, View to) {
    map(
        curve.name(),
        part,
        from,
        to,
        (d, attr) ->
            dnnl_eltwise_forward_primitive_desc_create(
                d,
                engine,
                dnnl_forward_inference,
                curve.code(),
                of(from),
                of(to),
                curve.alpha(),
                0,
                attr));
  }

  void averagePool(int part, View from, View to) {
    map(
        "average pool",
        part,
        from,
        to,
        (d, attr) ->
            dnnl_pooling_forward_primitive_desc_create(
                d,
                engine,
                dnnl_forward_inference,
                dnnl_pooling_avg_include_padding,
                of(from),
                of(to),
                new long[] {2, 2},
                new long[] {2, 2},
                new long[] {0, 0},
                new long[] {0, 0},
                new long[] {0, 0},
                attr));
  }

  void upsampleNearest(int part, View from, View to) {
    map(
        "upsample",
        part,
        from,
        to,
        (d, attr) ->
            dnnl_resampling_forward_primitive_desc_create(
                d,
                engine,
                dnnl_forward_inference,
                dnnl_resampling_nearest,
                new float[] {2, 2},
                of(from),
                of(to),
                attr));
  }

  static List<PostOp> then(List<PostOp> first, PostOp last) {
    List<PostOp> all = new ArrayList<>(first);
    all.add(last);
    return List.copyOf(all);
  }
}
