package io.diffusion4j.onednn.train;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.DataType;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * A dense layer over the channels, with bias, on a tape.
 *
 * @param weight {@code [out, in]}
 * @param bias {@code [out]}
 */
record Dense(Tape tape, Trained weight, Trained bias, int in, int out) {
  private static final String NAME = "dense layer";

  Activation forward(Activation x) {
    var kernels = tape.kernels();
    var y = tape.result(x.type(), x.height(), x.width(), out);
    var flat = kernels.dense(DataType.FLOAT32, out);
    var primitive =
        kernels.describe(
            NAME,
            After.NOTHING,
            (d, e, a) ->
                dnnl_inner_product_forward_primitive_desc_create(
                    d, e, dnnl_forward_training, x.matrix(), any(x.type()), flat, y.matrix(), a));
    tape.forward(
        kernels
            .primitive(NAME, primitive)
            .with(DNNL_ARG_SRC, x.as(x.matrix()))
            .with(DNNL_ARG_WEIGHTS, packed(x.type(), primitive))
            .with(DNNL_ARG_BIAS, bias.values(flat))
            .with(DNNL_ARG_DST, y.as(y.matrix()))
            .build());
    tape.derivative(
        () -> {
          gradient(x, y.gradient(), primitive);
          tape.contribute(x, dx -> backward(dx, y.gradient(), primitive));
        });
    return y;
  }

  private dnnl_memory_desc any(DataType type) {
    return tape.kernels().any(type, out, in);
  }

  /** How the parameter lies: {@code [in, out]}. */
  private dnnl_memory_desc plain(DataType type) {
    return tape.kernels().strided(type, new long[] {out, in}, 1, out);
  }

  private dnnl_memory packed(DataType type, dnnl_primitive_desc primitive) {
    return weight.packed(type, plain(type), Kernels.wantedWeights(primitive));
  }

  private void backward(Activation dx, Activation dy, dnnl_primitive_desc forward) {
    var kernels = tape.kernels();
    var primitive =
        kernels.describe(
            NAME,
            After.NOTHING,
            (d, e, a) ->
                dnnl_inner_product_backward_data_primitive_desc_create(
                    d, e, dx.matrix(), any(dx.type()), dy.matrix(), forward, a));
    tape.backward(
        kernels
            .primitive(NAME, primitive)
            .with(DNNL_ARG_DIFF_DST, dy.as(dy.matrix()))
            .with(DNNL_ARG_WEIGHTS, packed(dx.type(), primitive))
            .with(DNNL_ARG_DIFF_SRC, dx.as(dx.matrix()))
            .build());
  }

  private void gradient(Activation x, Activation dy, dnnl_primitive_desc forward) {
    var kernels = tape.kernels();
    var flat = kernels.dense(DataType.FLOAT32, out);
    var primitive =
        kernels.describe(
            NAME,
            After.NOTHING,
            (d, e, a) ->
                dnnl_inner_product_backward_weights_primitive_desc_create(
                    d, e, x.matrix(), any(DataType.FLOAT32), flat, dy.matrix(), forward, a));
    tape.gradient(
        weight,
        plain(DataType.FLOAT32),
        dnnl_primitive_desc_query_md(primitive, dnnl_query_diff_weights_md, 0),
        memory ->
            kernels
                .primitive(NAME, primitive)
                .with(DNNL_ARG_SRC, x.as(x.matrix()))
                .with(DNNL_ARG_DIFF_DST, dy.as(dy.matrix()))
                .with(DNNL_ARG_DIFF_WEIGHTS, memory)
                .with(DNNL_ARG_DIFF_BIAS, bias.gradient().as(flat))
                .build());
  }
}
