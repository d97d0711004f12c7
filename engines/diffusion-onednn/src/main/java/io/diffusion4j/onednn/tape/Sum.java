package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Operand;
import io.diffusion4j.onednn.core.PostOps;

/** Sums and products of activations on a tape. */
record Sum(Tape tape) {
  /** Adds a + b of the same shape, or with one b for all samples. */
  Activation of(Activation a, Activation b) {
    var kernels = tape.kernels();
    var y = tape.resultLike(a);
    int samples = a.size() / b.size();
    var whole = kernels.dense(a.type(), samples, b.size());
    var one = kernels.dense(b.type(), 1, b.size());
    tape.forward(
        kernels.binary(dnnl_binary_add, a.as(whole), b.as(one), y.as(whole), PostOps.NOTHING));
    tape.derivative(
        () -> {
          tape.passOn(a, y);
          var dy = y.gradient();
          tape.contribute(
              b,
              db ->
                  tape.backward(
                      samples == 1
                          ? kernels.copy(dy.as(whole), db.as(one))
                          : new RowSum(tape, a.type(), samples).of(dy.as(whole), db.as(one))));
        });
    return y;
  }

  /** Broadcasts a value to all samples. */
  Activation forEach(Activation one, DataType type) {
    return of(
        Activation.constant(
            tape.kernels(), type, tape.samples(), one.height(), one.width(), one.channels()),
        one);
  }

  /**
   * Adds a vector to every pixel of a sample.
   *
   * @param vector {@code [n, c]} in float32
   */
  Activation overPixels(Activation x, Activation vector) {
    var kernels = tape.kernels();
    var y = tape.resultLike(x);
    long c = x.channels();
    var one = x.images(1);
    var perChannel = kernels.strided(DataType.FLOAT32, new long[] {1, c, 1, 1}, c, 1, c, c);
    for (int i = 0; i < x.samples(); i++) {
      tape.forward(
          kernels.binary(
              dnnl_binary_add,
              x.sample(one, i),
              vector.sample(perChannel, i),
              y.sample(one, i),
              PostOps.NOTHING));
    }
    tape.derivative(
        () -> {
          var dy = y.gradient();
          var sum = new RowSum(tape, x.type(), x.pixels());
          var pixels = kernels.dense(x.type(), x.pixels(), c);
          var row = kernels.dense(DataType.FLOAT32, 1, c);
          tape.contribute(
              vector,
              d -> {
                for (int i = 0; i < x.samples(); i++) {
                  tape.backward(sum.of(dy.sample(pixels, i), d.sample(row, i)));
                }
              });
          tape.passOn(x, y);
        });
    return y;
  }

  /** Multiplies a·b of the same shape and type. */
  Activation product(Activation a, Activation b) {
    var y = tape.resultLike(a);
    var all = tape.kernels().dense(a.type(), 1, a.size());
    tape.forward(times(a.as(all), b.as(all), y.as(all)));
    tape.derivative(
        () -> {
          var dy = y.gradient();
          tape.contribute(a, da -> tape.backward(times(dy.as(all), b.as(all), da.as(all))));
          tape.contribute(b, db -> tape.backward(times(dy.as(all), a.as(all), db.as(all))));
        });
    return y;
  }

  /**
   * Multiplies each channel of a sample by a number of the sample.
   *
   * @param gates {@code [n, c]}
   */
  Activation gated(Activation x, Activation gates) {
    var kernels = tape.kernels();
    var factors = new ReshapeOps(tape).cast(gates, DataType.FLOAT32);
    var y = tape.resultLike(x);
    var tokens = kernels.dense(x.type(), x.pixels(), x.channels());
    var row = kernels.dense(DataType.FLOAT32, 1, x.channels());
    for (int i = 0; i < x.samples(); i++) {
      tape.forward(times(x.sample(tokens, i), factors.sample(row, i), y.sample(tokens, i)));
    }
    tape.derivative(
        () -> {
          var dy = y.gradient();
          tape.contribute(
              factors,
              d -> {
                var sum = new RowSum(tape, x.type(), x.pixels());
                var product = x.scratchOfOne().as(tokens);
                for (int i = 0; i < x.samples(); i++) {
                  tape.backward(times(x.sample(tokens, i), dy.sample(tokens, i), product));
                  tape.backward(sum.of(product, d.sample(row, i)));
                }
              });
          tape.contribute(
              x,
              dx -> {
                for (int i = 0; i < x.samples(); i++) {
                  tape.backward(
                      times(dy.sample(tokens, i), factors.sample(row, i), dx.sample(tokens, i)));
                }
              });
        });
    return y;
  }

  private Kernel times(Operand a, Operand factor, Operand to) {
    return tape.kernels().binary(dnnl_binary_mul, a, factor, to, PostOps.NOTHING);
  }
}
