package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.Curve;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** An elementwise function on a tape. */
record Elementwise(Tape tape, Curve curve) {
  Activation forward(Activation x) {
    var y = tape.resultLike(x);
    var matrix = x.matrix();
    tape.forward(
        forward(matrix).with(DNNL_ARG_SRC, x.as(matrix)).with(DNNL_ARG_DST, y.as(matrix)).build());
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx ->
                    tape.backward(
                        backward(matrix)
                            .with(DNNL_ARG_SRC, x.as(matrix))
                            .with(DNNL_ARG_DIFF_DST, y.gradient().as(matrix))
                            .with(DNNL_ARG_DIFF_SRC, dx.as(matrix))
                            .build())));
    return y;
  }

  private dnnl_primitive_desc description(dnnl_memory_desc of) {
    return tape.kernels()
        .describe(
            curve.name(),
            (d, e, a) ->
                dnnl_eltwise_forward_primitive_desc_create(
                    d, e, dnnl_forward_training, curve.code(), of, of, curve.alpha(), 0, a));
  }

  /** Applies the function, in place if its result shares the memory of x. */
  Kernel.Builder forward(dnnl_memory_desc of) {
    return tape.kernels().primitive(curve.name(), description(of));
  }

  /** Computes the gradient of x from x and the gradient of the result. */
  Kernel.Builder backward(dnnl_memory_desc of) {
    var forward = description(of);
    return tape.kernels()
        .primitive(
            curve.name(),
            (d, e, a) ->
                dnnl_eltwise_backward_primitive_desc_create(
                    d, e, curve.code(), of, of, of, curve.alpha(), 0, forward, a));
  }
}
