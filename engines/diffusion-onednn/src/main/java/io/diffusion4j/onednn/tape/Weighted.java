package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Operand;
import io.diffusion4j.onednn.core.PostOps;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** A layer on a tape that multiplies by weights and adds an optional bias. */
abstract sealed class Weighted permits Dense, Convolution {
  final Tape tape;
  final TrainableParameter weight;
  final Optional<TrainableParameter> bias;
  private final String name;
  private final long[] dims;
  private final long[] strides;

  /**
   * Prepares the layer.
   *
   * @param dims sizes of the weight in oneDNN's order of axes: outputs first
   * @param strides strides of these axes in the parameter
   */
  Weighted(
      Tape tape,
      String name,
      TrainableParameter weight,
      Optional<TrainableParameter> bias,
      long[] dims,
      long[] strides) {
    this.tape = tape;
    this.name = name;
    this.weight = weight;
    this.bias = bias;
    this.dims = dims;
    this.strides = strides;
  }

  /** The kind of primitive, and its attributes. */
  record Request(dnnl_primitive_desc description, dnnl_engine engine, dnnl_primitive_attr with) {}

  /** Describes y = x·w + b; b is null if there is none. */
  abstract int describe(
      Request request,
      dnnl_memory_desc x,
      dnnl_memory_desc w,
      @Nullable dnnl_memory_desc b,
      dnnl_memory_desc y);

  abstract int describeByInput(
      Request request,
      dnnl_memory_desc dx,
      dnnl_memory_desc w,
      dnnl_memory_desc dy,
      dnnl_primitive_desc forward);

  abstract int describeByWeight(
      Request request,
      dnnl_memory_desc x,
      dnnl_memory_desc dw,
      @Nullable dnnl_memory_desc db,
      dnnl_memory_desc dy,
      dnnl_primitive_desc forward);

  /** Returns the primitives' view of a value. */
  abstract dnnl_memory_desc seen(Activation x);

  /**
   * Adds the layer.
   *
   * @param y receives the result
   * @param plus a value that is added in the same pass
   */
  final Activation forward(Activation x, Activation y, Optional<Activation> plus) {
    var after = plus.map(p -> PostOps.NOTHING.add(p.as(seen(p)))).orElse(PostOps.NOTHING);
    var primitive =
        tape.kernels()
            .describe(
                name,
                after,
                (d, e, a) ->
                    describe(new Request(d, e, a), seen(x), any(x.type()), seenBias(), seen(y)));
    var kernel =
        tape.kernels()
            .primitive(name, primitive)
            .with(after)
            .with(DNNL_ARG_SRC, x.as(seen(x)))
            .with(DNNL_ARG_WEIGHTS, packed(x.type(), primitive))
            .with(DNNL_ARG_DST, y.as(seen(y)));
    bias.ifPresent(b -> kernel.with(DNNL_ARG_BIAS, b.values(tape.kernels(), flat())));
    tape.forward(kernel.build());
    tape.derivative(
        () -> {
          if (!weight.isFrozen() || !bias.map(TrainableParameter::isFrozen).orElse(true)) {
            weightGradient(x, y.gradient(), primitive);
          }
          tape.contribute(x, dx -> inputGradient(dx, y.gradient(), primitive));
          plus.ifPresent(p -> tape.passOn(p, y));
        });
    return y;
  }

  private dnnl_memory_desc any(DataType type) {
    return tape.kernels().any(type, dims);
  }

  /** Returns the description of the parameter. */
  private dnnl_memory_desc plain(DataType type) {
    return tape.kernels().strided(type, dims, strides);
  }

  private @Nullable dnnl_memory_desc seenBias() {
    return bias.isEmpty() ? null : flat();
  }

  /** Returns the description of a bias. */
  private dnnl_memory_desc flat() {
    return tape.kernels().dense(DataType.FLOAT32, dims[0]);
  }

  private Operand packed(DataType type, dnnl_primitive_desc primitive) {
    return weight.packed(type, plain(type), TapeKernels.wantedWeights(primitive));
  }

  private void inputGradient(Activation dx, Activation dy, dnnl_primitive_desc forward) {
    var primitive =
        tape.kernels()
            .describe(
                name,
                (d, e, a) ->
                    describeByInput(
                        new Request(d, e, a), seen(dx), any(dx.type()), seen(dy), forward));
    tape.backward(
        tape.kernels()
            .primitive(name, primitive)
            .with(DNNL_ARG_DIFF_DST, dy.as(seen(dy)))
            .with(DNNL_ARG_WEIGHTS, packed(dx.type(), primitive))
            .with(DNNL_ARG_DIFF_SRC, dx.as(seen(dx)))
            .build());
  }

  void weightGradient(Activation x, Activation dy, dnnl_primitive_desc forward) {
    var any = any(DataType.FLOAT32);
    var primitive =
        tape.kernels()
            .describe(
                name,
                (d, e, a) ->
                    describeByWeight(
                        new Request(d, e, a), seen(x), any, seenBias(), seen(dy), forward));
    var wanted = dnnl_primitive_desc_query_md(primitive, dnnl_query_diff_weights_md, 0);
    var memory = tape.kernels().buffer(wanted);
    var kernel =
        tape.kernels()
            .primitive(name, primitive)
            .with(DNNL_ARG_SRC, x.as(seen(x)))
            .with(DNNL_ARG_DIFF_DST, dy.as(seen(dy)))
            .with(DNNL_ARG_DIFF_WEIGHTS, memory);
    bias.ifPresent(b -> kernel.with(DNNL_ARG_DIFF_BIAS, b.gradient(tape.kernels(), flat())));
    tape.backward(kernel.build());
    if (!weight.isFrozen()) {
      var plain = plain(DataType.FLOAT32);
      tape.backward(tape.kernels().copy(memory, weight.gradient().as(plain)));
    }
  }
}
