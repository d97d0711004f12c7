package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.nn.Function;
import io.diffusion4j.onednn.core.Curve;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** A function of each value on a tape, other than the sine, which oneDNN lacks. */
record Elementwise(Tape tape, Function function) {
  /** The function in oneDNN, with its two parameters. */
  private record Algorithm(int code, float alpha, float beta) {
    static Algorithm of(Function function) {
      return switch (function) {
        case NEGATE -> new Algorithm(dnnl_eltwise_linear, -1, 0);
        case ABS -> new Algorithm(dnnl_eltwise_abs, 0, 0);
        case SQUARE -> new Algorithm(dnnl_eltwise_square, 0, 0);
        case EXP -> new Algorithm(dnnl_eltwise_exp, 0, 0);
        case LOG -> new Algorithm(dnnl_eltwise_log, 0, 0);
        case INVERSE_ROOT -> new Algorithm(dnnl_eltwise_pow, 1, -0.5f);
        case SINE -> throw new IllegalArgumentException("function: SINE (expected: one of oneDNN)");
        case SIGMOID -> new Algorithm(dnnl_eltwise_logistic, 0, 0);
        case SILU, RELU, GELU, GELU_TANH, QUICK_GELU -> {
          var curve = Curve.of(function).orElseThrow();
          yield new Algorithm(curve.code(), curve.alpha(), 0);
        }
      };
    }
  }

  Activation forward(Activation x) {
    var y = x.like(x.type(), x.channels(), x.isDifferentiable());
    var matrix = x.matrix();
    tape.forward(
        forward(matrix).with(DNNL_ARG_SRC, x.as(matrix)).with(DNNL_ARG_DST, y.as(matrix)).build());
    tape.derivative(
        y,
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
    var algorithm = Algorithm.of(function);
    return tape.kernels()
        .describe(
            function.name(),
            (d, e, a) ->
                dnnl_eltwise_forward_primitive_desc_create(
                    d,
                    e,
                    dnnl_forward_training,
                    algorithm.code,
                    of,
                    of,
                    algorithm.alpha,
                    algorithm.beta,
                    a));
  }

  /** Applies the function, in place if its result shares the memory of x. */
  Kernel.Builder forward(dnnl_memory_desc of) {
    return tape.kernels().primitive(function.name(), description(of));
  }

  /** Computes the gradient of x from x and the gradient of the result. */
  Kernel.Builder backward(dnnl_memory_desc of) {
    var forward = description(of);
    var algorithm = Algorithm.of(function);
    return tape.kernels()
        .primitive(
            function.name(),
            (d, e, a) ->
                dnnl_eltwise_backward_primitive_desc_create(
                    d, e, algorithm.code, of, of, of, algorithm.alpha, algorithm.beta, forward, a));
  }
}
