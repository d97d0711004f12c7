package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** A dense layer over the channels, on a tape. */
final class Dense extends Weighted {
  private final int out;

  /**
   * Prepares the layer.
   *
   * @param weight {@code [in, out]}
   * @param bias {@code [out]}
   */
  Dense(Tape tape, TrainableParameter weight, Optional<TrainableParameter> bias, int in, int out) {
    super(tape, "dense layer", weight, bias, new long[] {out, in}, new long[] {1, out});
    this.out = out;
  }

  Activation forward(Activation x) {
    return forward(x, x.like(x.type(), out, true), Optional.empty());
  }

  @Override
  dnnl_memory_desc seen(Activation x) {
    return x.matrix();
  }

  @Override
  int describe(
      Request r,
      dnnl_memory_desc x,
      dnnl_memory_desc w,
      @Nullable dnnl_memory_desc b,
      dnnl_memory_desc y) {
    return dnnl_inner_product_forward_primitive_desc_create(
        r.description(), r.engine(), dnnl_forward_training, x, w, b, y, r.with());
  }

  @Override
  int describeByInput(
      Request r,
      dnnl_memory_desc dx,
      dnnl_memory_desc w,
      dnnl_memory_desc dy,
      dnnl_primitive_desc forward) {
    return dnnl_inner_product_backward_data_primitive_desc_create(
        r.description(), r.engine(), dx, w, dy, forward, r.with());
  }

  @Override
  int describeByWeight(
      Request r,
      dnnl_memory_desc x,
      dnnl_memory_desc dw,
      @Nullable dnnl_memory_desc db,
      dnnl_memory_desc dy,
      dnnl_primitive_desc forward) {
    return dnnl_inner_product_backward_weights_primitive_desc_create(
        r.description(), r.engine(), x, dw, db, dy, forward, r.with());
  }
}
