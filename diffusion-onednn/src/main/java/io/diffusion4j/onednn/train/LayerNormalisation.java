package io.diffusion4j.onednn.train;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.DataType;

/**
 * Layer normalisation over the channels, on a tape.
 *
 * @param gain {@code [c]}
 * @param shift {@code [c]}
 */
record LayerNormalisation(Tape tape, Trained gain, Trained shift, double eps) {
  private static final String NAME = "layer normalisation";
  private static final int FLAGS = dnnl_use_scale | dnnl_use_shift;

  Activation forward(Activation x) {
    var kernels = tape.kernels();
    var y = tape.resultLike(x);
    var matrix = x.matrix();
    var flat = kernels.dense(DataType.FLOAT32, x.channels());
    var perRow = kernels.dense(DataType.FLOAT32, x.rows());
    var mean = kernels.memory(perRow);
    var variance = kernels.memory(perRow);
    var primitive =
        kernels.describe(
            NAME,
            After.NOTHING,
            (d, e, a) ->
                dnnl_layer_normalization_forward_primitive_desc_create(
                    d, e, dnnl_forward_training, matrix, matrix, null, (float) eps, FLAGS, a));
    tape.forward(
        kernels
            .primitive(NAME, primitive)
            .with(DNNL_ARG_SRC, x.as(matrix))
            .with(DNNL_ARG_SCALE, gain.values(flat))
            .with(DNNL_ARG_SHIFT, shift.values(flat))
            .with(DNNL_ARG_MEAN, mean)
            .with(DNNL_ARG_VARIANCE, variance)
            .with(DNNL_ARG_DST, y.as(matrix))
            .build());
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx ->
                    tape.backward(
                        kernels
                            .primitive(
                                NAME,
                                After.NOTHING,
                                (d, e, a) ->
                                    dnnl_layer_normalization_backward_primitive_desc_create(
                                        d,
                                        e,
                                        dnnl_backward,
                                        matrix,
                                        matrix,
                                        matrix,
                                        null,
                                        (float) eps,
                                        FLAGS,
                                        primitive,
                                        a))
                            .with(DNNL_ARG_SRC, x.as(matrix))
                            .with(DNNL_ARG_SCALE, gain.values(flat))
                            .with(DNNL_ARG_MEAN, mean)
                            .with(DNNL_ARG_VARIANCE, variance)
                            .with(DNNL_ARG_DIFF_DST, y.gradient().as(matrix))
                            .with(DNNL_ARG_DIFF_SRC, dx.as(matrix))
                            .with(DNNL_ARG_DIFF_SCALE, gain.gradient().as(flat))
                            .with(DNNL_ARG_DIFF_SHIFT, shift.gradient().as(flat))
                            .build())));
    return y;
  }
}
