package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.Operand;
import io.diffusion4j.onednn.core.PostOps;

/** Half and double resolution on a tape. */
record PoolingAndUpsampling(Tape tape) {
  private static final long[] TWO = {2, 2};
  private static final long[] NONE = {0, 0};

  /** Adds the mean of each 2×2 block. */
  Activation averagePool(Activation x) {
    var y = tape.result(x.type(), x.height() / 2, x.width() / 2, x.channels());
    tape.forward(means(x.as(x.images()), y.as(y.images()), PostOps.NOTHING));
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx ->
                    tape.backward(
                        copies(
                            y.gradient().as(y.images()),
                            dx.as(x.images()),
                            PostOps.NOTHING.scale(0.25f)))));
    return y;
  }

  /** Adds the repetition of each pixel in both directions. */
  Activation upsampleNearest(Activation x) {
    var y = tape.result(x.type(), 2 * x.height(), 2 * x.width(), x.channels());
    tape.forward(copies(x.as(x.images()), y.as(y.images()), PostOps.NOTHING));
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx ->
                    tape.backward(
                        means(
                            y.gradient().as(y.images()),
                            dx.as(x.images()),
                            PostOps.NOTHING.scale(4)))));
    return y;
  }

  private Kernel means(Operand x, Operand y, PostOps after) {
    return tape.kernels()
        .primitive(
            "mean of 2×2",
            after,
            (d, e, a) ->
                dnnl_pooling_forward_primitive_desc_create(
                    d,
                    e,
                    dnnl_forward_inference,
                    dnnl_pooling_avg_exclude_padding,
                    x.description(),
                    y.description(),
                    TWO,
                    TWO,
                    NONE,
                    NONE,
                    NONE,
                    a))
        .with(DNNL_ARG_SRC, x)
        .with(DNNL_ARG_DST, y)
        .build();
  }

  private Kernel copies(Operand x, Operand y, PostOps after) {
    return tape.kernels()
        .primitive(
            "each pixel four times",
            after,
            (d, e, a) ->
                dnnl_resampling_forward_primitive_desc_create(
                    d,
                    e,
                    dnnl_forward_inference,
                    dnnl_resampling_nearest,
                    new float[] {2, 2},
                    x.description(),
                    y.description(),
                    a))
        .with(DNNL_ARG_SRC, x)
        .with(DNNL_ARG_DST, y)
        .build();
  }
}
