package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.PostOps;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;

/** softmax(q·kᵀ/√d + mask)·v on a tape, and its derivative. */
record TrainedAttention(Tape tape, int heads) {
  private static final String NAME = "softmax";

  /**
   * Attention.
   *
   * @param q {@code [n, 1, L, heads·d]}
   * @param k {@code [n, 1, M, heads·d]}
   * @param v {@code [n, 1, M, heads·d]}
   * @param mask {@code [n or 1, 1, L or 1, M]} in float32
   */
  Activation forward(Activation q, Activation k, Activation v, Optional<Activation> mask) {
    var kernels = tape.kernels();
    var type = q.type();
    int length = q.pixels();
    int keys = k.pixels();
    float scale = (float) (1 / Math.sqrt((double) q.channels() / heads));
    var y = tape.resultLike(q);
    var logits = tape.result(DataType.FLOAT32, heads, length, keys);
    var p = tape.result(type, heads, length, keys);
    var wide = kernels.dense(DataType.FLOAT32, q.samples(), heads, length, keys);
    var narrow = kernels.dense(type, q.samples(), heads, length, keys);
    var ofQ = rows(q);
    var ofV = rows(v);
    var transposed = columns(k);
    var scaled = PostOps.NOTHING.scale(scale);
    tape.forward(
        kernels.product(
            q.as(ofQ),
            k.as(transposed),
            logits.as(wide),
            mask.map(m -> scaled.add(m.as(bias(m)))).orElse(scaled)));
    var softmax =
        kernels.describe(
            NAME,
            (d, e, a) ->
                dnnl_softmax_forward_primitive_desc_create(
                    d, e, dnnl_forward_training, dnnl_softmax_accurate, wide, narrow, 3, a));
    tape.forward(
        kernels
            .primitive(NAME, softmax)
            .with(DNNL_ARG_SRC, logits.as(wide))
            .with(DNNL_ARG_DST, p.as(narrow))
            .build());
    tape.forward(kernels.product(p.as(narrow), v.as(ofV), y.as(ofQ)));
    tape.derivative(
        () -> {
          var dy = y.gradient();
          var dp = p.scratch();
          var ds = p.scratch();
          var ofVt = columns(v);
          var pt = transposed(p);
          tape.backward(kernels.product(dy.as(ofQ), v.as(ofVt), dp.as(narrow)));
          tape.contribute(
              v, dv -> tape.backward(kernels.product(p.as(pt), dy.as(ofQ), dv.as(ofV))));
          tape.backward(
              kernels
                  .primitive(
                      NAME,
                      (d, e, a) ->
                          dnnl_softmax_backward_primitive_desc_create(
                              d, e, dnnl_softmax_accurate, narrow, narrow, narrow, 3, softmax, a))
                  .with(DNNL_ARG_DST, p.as(narrow))
                  .with(DNNL_ARG_DIFF_DST, dp.as(narrow))
                  .with(DNNL_ARG_DIFF_SRC, ds.as(narrow))
                  .build());
          var ofK = rows(k);
          tape.contribute(
              q,
              dq -> tape.backward(kernels.product(ds.as(narrow), k.as(ofK), dq.as(ofQ), scaled)));
          tape.contribute(
              k, dk -> tape.backward(kernels.product(ds.as(pt), q.as(ofQ), dk.as(ofK), scaled)));
        });
    return y;
  }

  private dnnl_memory_desc bias(Activation mask) {
    return tape.kernels()
        .dense(mask.type(), mask.samples(), mask.height(), mask.width(), mask.channels());
  }

  /** Views each head's rows, {@code [n, heads, length, d]}. */
  private dnnl_memory_desc rows(Activation x) {
    long c = x.channels();
    long d = c / heads;
    return tape.kernels()
        .strided(x.type(), new long[] {x.samples(), heads, x.pixels(), d}, x.pixels() * c, d, c, 1);
  }

  /** Views each head's rows, transposed: {@code [n, heads, d, length]}. */
  private dnnl_memory_desc columns(Activation x) {
    long c = x.channels();
    long d = c / heads;
    return tape.kernels()
        .strided(x.type(), new long[] {x.samples(), heads, d, x.pixels()}, x.pixels() * c, d, 1, c);
  }

  /** Views {@code [n, heads, L, M]} as {@code [n, heads, M, L]}. */
  private dnnl_memory_desc transposed(Activation p) {
    long length = p.width();
    long keys = p.channels();
    return tape.kernels()
        .strided(
            p.type(),
            new long[] {p.samples(), heads, keys, length},
            heads * length * keys,
            length * keys,
            1,
            keys);
  }
}
