package io.diffusion4j.onednn.train;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.DataType;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * A convolution of stride 1 that keeps the size, with bias, on a tape.
 *
 * @param weight {@code [out, in, kernel, kernel]}
 * @param bias {@code [out]}
 */
public record Convolution(Tape tape, Trained weight, Trained bias, int in, int out, int kernel) {
  /** Pixels of the largest image whose neighbourhoods are gathered for the weight's gradient. */
  private static final int GATHERED = 16;

  private static final String NAME = "convolution";
  private static final long[] STRIDE = {1, 1};
  private static final long[] DILATION = {0, 0};

  /**
   * The convolution of x.
   *
   * @param plus what is added to it in the same pass
   */
  Activation forward(Activation x, Optional<Activation> plus) {
    var kernels = tape.kernels();
    var y = tape.result(x.type(), x.height(), x.width(), out);
    var flat = kernels.dense(DataType.FLOAT32, out);
    var after =
        plus.map(p -> After.NOTHING.add(p.images(), p.as(p.images()))).orElse(After.NOTHING);
    var primitive =
        kernels.describe(
            NAME,
            after,
            (d, e, a) ->
                dnnl_convolution_forward_primitive_desc_create(
                    d,
                    e,
                    dnnl_forward_training,
                    dnnl_convolution_direct,
                    x.images(),
                    any(x.type()),
                    flat,
                    y.images(),
                    STRIDE,
                    DILATION,
                    padding(),
                    padding(),
                    a));
    tape.forward(
        kernels
            .primitive(NAME, primitive)
            .with(after)
            .with(DNNL_ARG_SRC, x.as(x.images()))
            .with(DNNL_ARG_WEIGHTS, packed(x.type(), primitive))
            .with(DNNL_ARG_BIAS, bias.values(flat))
            .with(DNNL_ARG_DST, y.as(y.images()))
            .build());
    tape.derivative(
        () -> {
          var dy = y.gradient();
          if (kernel == 3 && x.pixels() <= GATHERED) {
            gatheredGradient(x, dy);
          } else {
            gradient(x, dy, primitive);
          }
          tape.contribute(x, dx -> backward(dx, dy, primitive));
          plus.ifPresent(p -> tape.passOn(p, y));
        });
    return y;
  }

  /** That keeps the size, on either side. */
  private long[] padding() {
    return new long[] {kernel / 2, kernel / 2};
  }

  private dnnl_memory_desc any(DataType type) {
    return tape.kernels().any(type, out, in, kernel, kernel);
  }

  /** How the parameter lies: {@code [kernel, kernel, in, out]}. */
  private dnnl_memory_desc plain(DataType type) {
    long row = (long) in * out;
    return tape.kernels()
        .strided(type, new long[] {out, in, kernel, kernel}, 1, out, kernel * row, row);
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
                dnnl_convolution_backward_data_primitive_desc_create(
                    d,
                    e,
                    dnnl_convolution_direct,
                    dx.images(),
                    any(dx.type()),
                    dy.images(),
                    STRIDE,
                    DILATION,
                    padding(),
                    padding(),
                    forward,
                    a));
    tape.backward(
        kernels
            .primitive(NAME, primitive)
            .with(DNNL_ARG_DIFF_DST, dy.as(dy.images()))
            .with(DNNL_ARG_WEIGHTS, packed(dx.type(), primitive))
            .with(DNNL_ARG_DIFF_SRC, dx.as(dx.images()))
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
                dnnl_convolution_backward_weights_primitive_desc_create(
                    d,
                    e,
                    dnnl_convolution_direct,
                    x.images(),
                    any(DataType.FLOAT32),
                    flat,
                    dy.images(),
                    STRIDE,
                    DILATION,
                    padding(),
                    padding(),
                    forward,
                    a));
    tape.gradient(
        weight,
        plain(DataType.FLOAT32),
        dnnl_primitive_desc_query_md(primitive, dnnl_query_diff_weights_md, 0),
        memory ->
            kernels
                .primitive(NAME, primitive)
                .with(DNNL_ARG_SRC, x.as(x.images()))
                .with(DNNL_ARG_DIFF_DST, dy.as(dy.images()))
                .with(DNNL_ARG_DIFF_WEIGHTS, memory)
                .with(DNNL_ARG_DIFF_BIAS, bias.gradient().as(flat))
                .build());
  }

  /**
   * The weight's gradient as one product: the 3×3 neighbourhoods of all pixels, gathered, times the
   * gradient of the output. For images of few pixels, where oneDNN's own way takes thrice as long.
   */
  private void gatheredGradient(Activation x, Activation dy) {
    var kernels = tape.kernels();
    long c = x.channels();
    long n = x.samples();
    long h = x.height();
    long w = x.width();
    var padded =
        Activation.of(kernels, x.type(), x.samples(), x.height() + 2, x.width() + 2, in, false);
    padded.clear(); // the rim stays so
    var all = Activation.of(kernels, x.type(), x.samples(), x.height(), x.width(), 9 * in, false);
    long[] dims = {n, h, w, c};
    var dense = kernels.dense(x.type(), dims);
    var window = kernels.strided(x.type(), dims, padded.pixels() * c, (w + 2) * c, c, 1);
    var place = kernels.strided(x.type(), dims, h * w * 9 * c, w * 9 * c, 9 * c, 1);
    tape.backward(kernels.copy(dense, x.as(dense), window, padded.as(window, (w + 3) * c)));
    for (int tap = 0; tap < 9; tap++) {
      long from = (tap / 3 * (w + 2) + tap % 3) * c;
      tape.backward(kernels.copy(window, padded.as(window, from), place, all.as(place, tap * c)));
    }
    var left = kernels.strided(x.type(), new long[] {9 * c, x.rows()}, 1, 9 * c);
    var result = kernels.dense(DataType.FLOAT32, 9 * c, out);
    tape.backward(
        kernels.product(
            left,
            all.as(left),
            dy.matrix(),
            dy.as(dy.matrix()),
            result,
            weight.gradient().as(result),
            After.NOTHING));
    var sum = kernels.dense(DataType.FLOAT32, 1, out);
    tape.backward(
        new RowSum(tape, x.type(), x.rows())
            .of(dy.matrix(), dy.as(dy.matrix()), sum, bias.gradient().as(sum)));
  }
}
