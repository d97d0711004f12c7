package io.diffusion4j.onednn.train;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** x·σ(x) on a tape. */
record Silu(Tape tape) {
  private static final String NAME = "silu";

  Activation forward(Activation x) {
    var kernels = tape.kernels();
    var y = tape.resultLike(x);
    var matrix = x.matrix();
    tape.forward(
        forward(kernels, matrix)
            .with(DNNL_ARG_SRC, x.as(matrix))
            .with(DNNL_ARG_DST, y.as(matrix))
            .build());
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx ->
                    tape.backward(
                        backward(kernels, matrix)
                            .with(DNNL_ARG_SRC, x.as(matrix))
                            .with(DNNL_ARG_DIFF_DST, y.gradient().as(matrix))
                            .with(DNNL_ARG_DIFF_SRC, dx.as(matrix))
                            .build())));
    return y;
  }

  private static dnnl_primitive_desc description(Kernels kernels, dnnl_memory_desc of) {
    return kernels.describe(
        NAME,
        After.NOTHING,
        (d, e, a) ->
            dnnl_eltwise_forward_primitive_desc_create(
                d, e, dnnl_forward_training, dnnl_eltwise_swish, of, of, 1, 0, a));
  }

  /** x·σ(x), in place if its result lies where x does. */
  static Kernel.Builder forward(Kernels kernels, dnnl_memory_desc of) {
    return kernels.primitive(NAME, description(kernels, of));
  }

  /** dy·(σ(x) + x·σ(x)·(1 − σ(x))). */
  static Kernel.Builder backward(Kernels kernels, dnnl_memory_desc of) {
    var forward = description(kernels, of);
    return kernels.primitive(
        NAME,
        After.NOTHING,
        (d, e, a) ->
            dnnl_eltwise_backward_primitive_desc_create(
                d, e, dnnl_eltwise_swish, of, of, of, 1, 0, forward, a));
  }
}
