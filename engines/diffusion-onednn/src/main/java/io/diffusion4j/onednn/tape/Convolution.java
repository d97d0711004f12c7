package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.onednn.core.DataType;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** A convolution on a tape. */
final class Convolution extends Weighted {
  /** Pixels of the largest image for which the weight's gradient gathers neighbourhoods. */
  private static final int GATHERED = 16;

  private static final long[] DILATION = {0, 0};

  private final int in;
  private final int out;
  private final Layer.Conv2d layer;
  private final long[] stride;
  private final long[] padding;
  private final long[] paddingEnd;

  /** Prepares the layer; the weight is {@code [kernel, kernel, in, out]}. */
  Convolution(Tape tape, Layer.Conv2d layer) {
    super(
        tape,
        "convolution",
        tape.parameter(layer.weight()),
        tape.optional(layer.bias()),
        new long[] {layer.out(), layer.in(), layer.kernel(), layer.kernel()},
        new long[] {
          1, layer.out(), layer.kernel() * layer.in() * layer.out(), layer.in() * layer.out()
        });
    this.in = Math.toIntExact(layer.in());
    this.out = Math.toIntExact(layer.out());
    this.layer = layer;
    this.stride = new long[] {layer.stride(), layer.stride()};
    this.padding = new long[] {layer.pad(), layer.pad()};
    this.paddingEnd = new long[] {layer.padEnd(), layer.padEnd()};
  }

  /**
   * Adds the convolution of x.
   *
   * @param plus a value that is added in the same pass
   */
  Activation forward(Activation x, Optional<Activation> plus) {
    return forward(x, tape.result(x.type(), size(x.height()), size(x.width()), out), plus);
  }

  private int size(int before) {
    return (before + layer.pad() + layer.padEnd() - layer.kernel()) / layer.stride() + 1;
  }

  @Override
  dnnl_memory_desc seen(Activation x) {
    return x.images();
  }

  @Override
  int describe(
      Request r,
      dnnl_memory_desc x,
      dnnl_memory_desc w,
      @Nullable dnnl_memory_desc b,
      dnnl_memory_desc y) {
    return dnnl_convolution_forward_primitive_desc_create(
        r.description(),
        r.engine(),
        dnnl_forward_training,
        dnnl_convolution_direct,
        x,
        w,
        b,
        y,
        stride,
        DILATION,
        padding,
        paddingEnd,
        r.with());
  }

  @Override
  int describeByInput(
      Request r,
      dnnl_memory_desc dx,
      dnnl_memory_desc w,
      dnnl_memory_desc dy,
      dnnl_primitive_desc forward) {
    return dnnl_convolution_backward_data_primitive_desc_create(
        r.description(),
        r.engine(),
        dnnl_convolution_direct,
        dx,
        w,
        dy,
        stride,
        DILATION,
        padding,
        paddingEnd,
        forward,
        r.with());
  }

  @Override
  int describeByWeight(
      Request r,
      dnnl_memory_desc x,
      dnnl_memory_desc dw,
      @Nullable dnnl_memory_desc db,
      dnnl_memory_desc dy,
      dnnl_primitive_desc forward) {
    return dnnl_convolution_backward_weights_primitive_desc_create(
        r.description(),
        r.engine(),
        dnnl_convolution_direct,
        x,
        dw,
        db,
        dy,
        stride,
        DILATION,
        padding,
        paddingEnd,
        forward,
        r.with());
  }

  @Override
  void weightGradient(Activation x, Activation dy, dnnl_primitive_desc forward) {
    boolean isSmall =
        x.pixels() <= GATHERED && layer.kernel() == 3 && layer.stride() == 1 && layer.pad() == 1;
    if (isSmall && bias.isPresent()) {
      gatheredGradient(x, dy, bias.get());
    } else {
      super.weightGradient(x, dy, forward);
    }
  }

  /**
   * Returns the weight's gradient as one product: the 3×3 neighbourhoods of all pixels, gathered,
   * times the gradient of the output. Used for images of few pixels, where oneDNN's implementation
   * takes three times as long.
   */
  private void gatheredGradient(Activation x, Activation dy, TrainableParameter shift) {
    var kernels = tape.kernels();
    long c = x.channels();
    long n = x.samples();
    long h = x.height();
    long w = x.width();
    var padded = // the border stays 0
        Activation.constant(kernels, x.type(), x.samples(), x.height() + 2, x.width() + 2, in);
    var all = Activation.of(kernels, x.type(), x.samples(), x.height(), x.width(), 9 * in, false);
    long[] dims = {n, h, w, c};
    var dense = kernels.dense(x.type(), dims);
    var window = kernels.strided(x.type(), dims, padded.pixels() * c, (w + 2) * c, c, 1);
    var place = kernels.strided(x.type(), dims, h * w * 9 * c, w * 9 * c, 9 * c, 1);
    tape.backward(kernels.copy(x.as(dense), padded.as(window, (w + 3) * c)));
    for (int tap = 0; tap < 9; tap++) {
      long from = (tap / 3 * (w + 2) + tap % 3) * c;
      tape.backward(kernels.copy(padded.as(window, from), all.as(place, tap * c)));
    }
    var left = kernels.strided(x.type(), new long[] {9 * c, x.rows()}, 1, 9 * c);
    var result = kernels.dense(DataType.FLOAT32, 9 * c, out);
    tape.backward(kernels.product(all.as(left), dy.asMatrix(), weight.gradient(kernels, result)));
    var sum = kernels.dense(DataType.FLOAT32, 1, out);
    tape.backward(
        new RowSum(tape, x.type(), x.rows()).of(dy.asMatrix(), shift.gradient(kernels, sum)));
  }
}
