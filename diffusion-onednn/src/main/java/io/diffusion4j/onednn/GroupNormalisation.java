package io.diffusion4j.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Group normalisation, a scale and shift of each sample where one is told, and SiLU where it is
 * asked for, on a tape: {@link GroupMoments} has the arithmetic.
 *
 * <p>Means and variances of channels are what batch normalisation of a single sample computes, and
 * its derivative has the sums that the gradient needs. What else these primitives write is not
 * looked at.
 *
 * @param gain {@code [c]}
 * @param shift {@code [c]}
 */
record GroupNormalisation(
    Tape tape, Trained gain, Trained shift, int groups, double eps, boolean silu) {
  private static final String NAME = "group normalisation";
  private static final int FLAGS = dnnl_use_scale | dnnl_use_shift;

  /** Descriptions of a sample and of one number per channel, and the unit gain. */
  private record Shapes(
      dnnl_memory_desc one,
      dnnl_memory_desc perChannel,
      dnnl_memory_desc flat,
      Activation unit,
      dnnl_primitive_desc moments) {}

  /**
   * The normalisation of x.
   *
   * @param scaleShift {@code [n, 2·c]} in float32: scale, then shift
   */
  Activation forward(Activation x, Optional<Activation> scaleShift) {
    var kernels = tape.kernels();
    var y = tape.resultLike(x);
    var shapes = shapes(x);
    var moments = new GroupMoments(x.samples(), x.pixels(), groups, eps, gain, shift);
    var mean = perSample(x);
    var variance = perSample(x);
    var a = perSample(x);
    var b = perSample(x);
    var unread = x.scratchOfOne();
    var measure = kernels.primitive(NAME, shapes.moments);
    List<Kernel> measuring = new ArrayList<>();
    List<Kernel> applying = new ArrayList<>();
    for (int i = 0; i < x.samples(); i++) {
      measuring.add(
          measure
              .again()
              .with(DNNL_ARG_SRC, x.sample(shapes.one, i))
              .with(DNNL_ARG_SCALE, shapes.unit.as(shapes.flat))
              .with(DNNL_ARG_SHIFT, shapes.unit.as(shapes.flat))
              .with(DNNL_ARG_MEAN, mean.sample(shapes.flat, i))
              .with(DNNL_ARG_VARIANCE, variance.sample(shapes.flat, i))
              .with(DNNL_ARG_DST, unread.as(shapes.one))
              .build());
      applying.add(affine(shapes, x, i, a, b, y.sample(shapes.one, i), silu));
    }
    float[] told = new float[scaleShift.map(Activation::size).orElse(0)];
    tape.forward(
        stream -> {
          measuring.forEach(kernel -> kernel.run(stream));
          mean.floats().get(0, moments.mean);
          variance.floats().get(0, moments.variance);
          scaleShift.ifPresent(s -> s.floats().get(0, told));
          moments.forward(told);
          a.floats().put(0, moments.a);
          b.floats().put(0, moments.b);
          applying.forEach(kernel -> kernel.run(stream));
        });
    tape.derivative(
        () -> backward(x, y.gradient(), shapes, moments, mean, variance, a, b, scaleShift));
    return y;
  }

  private Shapes shapes(Activation x) {
    var kernels = tape.kernels();
    long c = x.channels();
    var one = x.images(1);
    var unit = Activation.of(kernels, DataType.FLOAT32, 1, 1, 1, x.channels(), false);
    float[] ones = new float[x.channels()];
    java.util.Arrays.fill(ones, 1);
    unit.floats().put(0, ones);
    return new Shapes(
        one,
        kernels.strided(DataType.FLOAT32, new long[] {1, c, 1, 1}, c, 1, c, c),
        kernels.dense(DataType.FLOAT32, c),
        unit,
        kernels.describe(
            NAME,
            After.NOTHING,
            (d, e, attributes) ->
                dnnl_batch_normalization_forward_primitive_desc_create(
                    d, e, dnnl_forward_training, one, one, GroupMoments.EPS, FLAGS, attributes)));
  }

  private Activation perSample(Activation x) {
    return Activation.of(tape.kernels(), DataType.FLOAT32, x.samples(), 1, 1, x.channels(), false);
  }

  /** a·x + b for a sample, then SiLU if so. */
  private Kernel affine(
      Shapes shapes,
      Activation x,
      int i,
      Activation a,
      Activation b,
      org.bytedeco.dnnl.dnnl_memory result,
      boolean swish) {
    var plus = After.NOTHING.add(shapes.perChannel, b.sample(shapes.perChannel, i));
    return tape.kernels()
        .binary(
            dnnl_binary_mul,
            shapes.one,
            x.sample(shapes.one, i),
            shapes.perChannel,
            a.sample(shapes.perChannel, i),
            result,
            swish ? plus.swish() : plus);
  }

  private void backward(
      Activation x,
      Activation dy,
      Shapes shapes,
      GroupMoments moments,
      Activation mean,
      Activation variance,
      Activation a,
      Activation b,
      Optional<Activation> scaleShift) {
    var kernels = tape.kernels();
    var one = shapes.one;
    var dt = silu ? x.scratch() : dy; // the gradient before SiLU
    var work = x.scratchOfOne();
    var sum = perSample(x);
    var sumOfProducts = perSample(x);
    var ofDt = perSample(x);
    var ofX = perSample(x);
    var constant = perSample(x);
    boolean first = !x.hasGradient();
    var dx = x.gradient();
    var sums =
        kernels.primitive(
            NAME,
            After.NOTHING,
            (d, e, attributes) ->
                dnnl_batch_normalization_backward_primitive_desc_create(
                    d,
                    e,
                    dnnl_backward,
                    one,
                    one,
                    one,
                    GroupMoments.EPS,
                    FLAGS,
                    shapes.moments,
                    attributes));
    var swish = Silu.backward(kernels, one);
    List<Kernel> before = new ArrayList<>();
    List<Kernel> after = new ArrayList<>();
    for (int i = 0; i < x.samples(); i++) {
      if (silu) {
        before.add(affine(shapes, x, i, a, b, work.as(one), false));
        before.add(
            swish
                .again()
                .with(DNNL_ARG_SRC, work.as(one))
                .with(DNNL_ARG_DIFF_DST, dy.sample(one, i))
                .with(DNNL_ARG_DIFF_SRC, dt.sample(one, i))
                .build());
      }
      before.add(
          sums.again()
              .with(DNNL_ARG_SRC, x.sample(one, i))
              .with(DNNL_ARG_DIFF_DST, dt.sample(one, i))
              .with(DNNL_ARG_MEAN, mean.sample(shapes.flat, i))
              .with(DNNL_ARG_VARIANCE, variance.sample(shapes.flat, i))
              .with(DNNL_ARG_SCALE, shapes.unit.as(shapes.flat))
              .with(DNNL_ARG_DIFF_SRC, work.as(one))
              .with(DNNL_ARG_DIFF_SCALE, sumOfProducts.sample(shapes.flat, i))
              .with(DNNL_ARG_DIFF_SHIFT, sum.sample(shapes.flat, i))
              .build());
      after.add(affine(shapes, dt, i, ofDt, constant, work.as(one), false));
      var plus = After.NOTHING.add(one, work.as(one));
      after.add(
          kernels.binary(
              dnnl_binary_mul,
              one,
              x.sample(one, i),
              shapes.perChannel,
              ofX.sample(shapes.perChannel, i),
              dx.sample(one, i),
              first ? plus : plus.add(one, dx.sample(one, i))));
    }
    var gradientOfTold = scaleShift.map(Activation::gradient);
    var gradientOfGain = gain.gradient();
    var gradientOfShift = shift.gradient();
    tape.backward(
        stream -> {
          before.forEach(kernel -> kernel.run(stream));
          sum.floats().get(0, moments.sum);
          sumOfProducts.floats().get(0, moments.sumOfProducts);
          moments.backward();
          gradientOfGain.floats().put(0, moments.ofGain);
          gradientOfShift.floats().put(0, moments.ofShift);
          gradientOfTold.ifPresent(g -> g.floats().put(0, moments.ofTold));
          ofDt.floats().put(0, moments.ofDt);
          ofX.floats().put(0, moments.ofX);
          constant.floats().put(0, moments.constant);
          after.forEach(kernel -> kernel.run(stream));
        });
  }
}
