package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.After;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;

/** Half and double resolution on a tape. */
record PoolingAndUpsampling(Tape tape) {
  private static final long[] TWO = {2, 2};
  private static final long[] NONE = {0, 0};

  /** Adds the mean of each 2×2 block. */
  Activation averagePool(Activation x) {
    var y = tape.result(x.type(), x.height() / 2, x.width() / 2, x.channels());
    tape.forward(means(x.images(), x.as(x.images()), y.images(), y.as(y.images()), After.NOTHING));
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx ->
                    tape.backward(
                        copies(
                            y.images(),
                            y.gradient().as(y.images()),
                            x.images(),
                            dx.as(x.images()),
                            After.NOTHING.scale(0.25f)))));
    return y;
  }

  /** Adds the repetition of each pixel in both directions. */
  Activation upsampleNearest(Activation x) {
    var y = tape.result(x.type(), 2 * x.height(), 2 * x.width(), x.channels());
    tape.forward(copies(x.images(), x.as(x.images()), y.images(), y.as(y.images()), After.NOTHING));
    tape.derivative(
        () ->
            tape.contribute(
                x,
                dx ->
                    tape.backward(
                        means(
                            y.images(),
                            y.gradient().as(y.images()),
                            x.images(),
                            dx.as(x.images()),
                            After.NOTHING.scale(4)))));
    return y;
  }

  private Kernel means(
      dnnl_memory_desc ofX, dnnl_memory x, dnnl_memory_desc ofY, dnnl_memory y, After after) {
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
                    ofX,
                    ofY,
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

  private Kernel copies(
      dnnl_memory_desc ofX, dnnl_memory x, dnnl_memory_desc ofY, dnnl_memory y, After after) {
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
                    ofX,
                    ofY,
                    a))
        .with(DNNL_ARG_SRC, x)
        .with(DNNL_ARG_DST, y)
        .build();
  }
}
