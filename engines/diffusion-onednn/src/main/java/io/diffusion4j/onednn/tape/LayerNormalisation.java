package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.PostOps;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Layer normalisation over the channels, on a tape. */
record LayerNormalisation(Tape tape, double eps) {
  private static final String NAME = "layer normalisation";
  private static final int FLAGS = dnnl_use_scale | dnnl_use_shift;

  /**
   * Normalises with a learned gain and shift.
   *
   * @param gain {@code [c]}
   * @param shift {@code [c]}
   */
  Activation learned(Activation x, TrainableParameter gain, TrainableParameter shift) {
    var kernels = tape.kernels();
    var y = tape.resultLike(x);
    var matrix = x.matrix();
    var flat = kernels.dense(DataType.FLOAT32, x.channels());
    var perRow = kernels.dense(DataType.FLOAT32, x.rows());
    var mean = kernels.buffer(perRow);
    var variance = kernels.buffer(perRow);
    var primitive = description(matrix);
    tape.forward(
        kernels
            .primitive(NAME, primitive)
            .with(DNNL_ARG_SRC, x.as(matrix))
            .with(DNNL_ARG_SCALE, gain.values(kernels, flat))
            .with(DNNL_ARG_SHIFT, shift.values(kernels, flat))
            .with(DNNL_ARG_MEAN, mean)
            .with(DNNL_ARG_VARIANCE, variance)
            .with(DNNL_ARG_DST, y.as(matrix))
            .build());
    tape.derivative(
        () ->
            tape.contributeWithOthers(
                x,
                dx ->
                    tape.backward(
                        backward(matrix, primitive)
                            .with(DNNL_ARG_SRC, x.as(matrix))
                            .with(DNNL_ARG_SCALE, gain.values(kernels, flat))
                            .with(DNNL_ARG_MEAN, mean)
                            .with(DNNL_ARG_VARIANCE, variance)
                            .with(DNNL_ARG_DIFF_DST, y.gradient().as(matrix))
                            .with(DNNL_ARG_DIFF_SRC, dx.as(matrix))
                            .with(DNNL_ARG_DIFF_SCALE, gain.gradient(kernels, flat))
                            .with(DNNL_ARG_DIFF_SHIFT, shift.gradient(kernels, flat))
                            .build())));
    return y;
  }

  /**
   * Normalises with a scale and shift per sample: norm(x)·(1 + scale) + shift, one primitive per
   * sample.
   *
   * @param scales {@code [n, c]}
   * @param shifts {@code [n, c]}
   */
  Activation adaptive(Activation x, Activation scales, Activation shifts) {
    var kernels = tape.kernels();
    var scale = new ReshapeOps(tape).cast(scales, DataType.FLOAT32);
    var shift = new ReshapeOps(tape).cast(shifts, DataType.FLOAT32);
    int samples = x.samples();
    int c = x.channels();
    var y = tape.resultLike(x);
    var tokens = kernels.dense(x.type(), x.pixels(), c);
    var flat = kernels.dense(DataType.FLOAT32, c);
    var perToken = kernels.dense(DataType.FLOAT32, x.pixels());
    var mean = numbers(samples, x.pixels());
    var variance = numbers(samples, x.pixels());
    var gain = onePlus(scale);
    var primitive = description(tokens);
    var forward = kernels.primitive(NAME, primitive);
    for (int i = 0; i < samples; i++) {
      tape.forward(
          forward
              .again()
              .with(DNNL_ARG_SRC, x.sample(tokens, i))
              .with(DNNL_ARG_SCALE, gain.sample(flat, i))
              .with(DNNL_ARG_SHIFT, shift.sample(flat, i))
              .with(DNNL_ARG_MEAN, mean.sample(perToken, i))
              .with(DNNL_ARG_VARIANCE, variance.sample(perToken, i))
              .with(DNNL_ARG_DST, y.sample(tokens, i))
              .build());
    }
    tape.derivative(
        () -> {
          var ofScale = numbers(samples, c);
          var ofShift = numbers(samples, c);
          var backward = backward(tokens, primitive);
          tape.contributeWithOthers(
              x,
              dx -> {
                for (int i = 0; i < samples; i++) {
                  tape.backward(
                      backward
                          .again()
                          .with(DNNL_ARG_SRC, x.sample(tokens, i))
                          .with(DNNL_ARG_SCALE, gain.sample(flat, i))
                          .with(DNNL_ARG_MEAN, mean.sample(perToken, i))
                          .with(DNNL_ARG_VARIANCE, variance.sample(perToken, i))
                          .with(DNNL_ARG_DIFF_DST, y.gradient().sample(tokens, i))
                          .with(DNNL_ARG_DIFF_SRC, dx.sample(tokens, i))
                          .with(DNNL_ARG_DIFF_SCALE, ofScale.sample(flat, i))
                          .with(DNNL_ARG_DIFF_SHIFT, ofShift.sample(flat, i))
                          .build());
                }
              });
          tape.contribute(scale, d -> tape.backward(copy(ofScale, d)));
          tape.contribute(shift, d -> tape.backward(copy(ofShift, d)));
        });
    return y;
  }

  private dnnl_primitive_desc description(dnnl_memory_desc matrix) {
    return tape.kernels()
        .describe(
            NAME,
            (d, e, a) ->
                dnnl_layer_normalization_forward_primitive_desc_create(
                    d, e, dnnl_forward_training, matrix, matrix, null, (float) eps, FLAGS, a));
  }

  private Kernel.Builder backward(dnnl_memory_desc matrix, dnnl_primitive_desc forward) {
    return tape.kernels()
        .primitive(
            NAME,
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
                    forward,
                    a));
  }

  private Activation numbers(int samples, int each) {
    return Activation.of(tape.kernels(), DataType.FLOAT32, samples, 1, 1, each, false);
  }

  private Activation onePlus(Activation scale) {
    var ones = tape.ones(DataType.FLOAT32, scale.channels());
    var sum = numbers(scale.samples(), scale.channels());
    tape.forward(
        tape.kernels()
            .binary(
                dnnl_binary_add,
                scale.asMatrix(),
                ones.asMatrix(),
                sum.asMatrix(),
                PostOps.NOTHING));
    return sum;
  }

  private Kernel copy(Activation from, Activation to) {
    return tape.kernels().copy(from.asMatrix(), to.asMatrix());
  }
}
