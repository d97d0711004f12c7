package io.diffusion4j.onednn.tape;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.diffusion4j.nn.Function;
import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Operand;
import io.diffusion4j.onednn.core.PostOps;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Group normalisation on a tape, with an optional scale and shift per sample and an optional SiLU.
 * {@link GroupMoments} has the arithmetic.
 *
 * <p>Means and variances of channels come from a batch normalisation of a single sample, whose
 * normalised result is ignored. Its derivative computes the sums that the gradient needs, and most
 * of the gradient itself. With variance 1, batch normalisation computes a·(x − μ) + b faster than
 * three operations. All passes over one sample precede the next sample.
 *
 * @param gain {@code [c]}
 * @param shift {@code [c]}
 */
record GroupNormalisation(
    Tape tape,
    TrainableParameter gain,
    TrainableParameter shift,
    int groups,
    double eps,
    boolean silu) {
  private static final String NAME = "group normalisation";
  private static final int FLAGS = dnnl_use_scale | dnnl_use_shift;

  /** Descriptions of a sample and of one number per channel, and memory for such numbers. */
  private record Shapes(
      dnnl_memory_desc one,
      dnnl_memory_desc perChannel,
      dnnl_memory_desc flat,
      Activation ones,
      dnnl_primitive_desc moments,
      Kernel.Builder affine) {}

  /** μ, a and b of {@link GroupMoments}, per sample and channel. */
  private record Affine(Activation centre, Activation slope, Activation constant) {}

  /**
   * Adds the normalisation of x.
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
    var affine = new Affine(perSample(x), perSample(x), perSample(x));
    var unread = x.scratchOfOne();
    var measure = kernels.primitive(NAME, shapes.moments);
    List<Kernel> measuring = new ArrayList<>();
    var swish = new Elementwise(tape, Function.SILU).forward(shapes.one);
    List<List<Kernel>> applying = new ArrayList<>();
    for (int i = 0; i < x.samples(); i++) {
      measuring.add(
          measure
              .again()
              .with(DNNL_ARG_SRC, x.sample(shapes.one, i))
              .with(DNNL_ARG_SCALE, shapes.ones.as(shapes.flat))
              .with(DNNL_ARG_SHIFT, shapes.ones.as(shapes.flat))
              .with(DNNL_ARG_MEAN, mean.sample(shapes.flat, i))
              .with(DNNL_ARG_VARIANCE, variance.sample(shapes.flat, i))
              .with(DNNL_ARG_DST, unread.as(shapes.one))
              .build());
      var result = y.sample(shapes.one, i);
      List<Kernel> ofSample = new ArrayList<>();
      ofSample.add(affine(shapes, x, i, affine, result));
      if (silu) {
        ofSample.add(swish.again().with(DNNL_ARG_SRC, result).with(DNNL_ARG_DST, result).build());
      }
      applying.add(ofSample);
    }
    float[] given = new float[scaleShift.map(Activation::size).orElse(0)];
    int c = x.channels();
    tape.forward(
        used(
            Stream.concat(measuring.stream(), applying.stream().flatMap(List::stream)), scaleShift),
        stream -> {
          var means = mean.floats();
          var variances = variance.floats();
          var centres = affine.centre.floats();
          var slopes = affine.slope.floats();
          var constants = affine.constant.floats();
          scaleShift.ifPresent(s -> s.floats().get(0, given));
          moments.beginForward(given);
          for (int i = 0; i < measuring.size(); i++) {
            measuring.get(i).run(stream);
            means.get(i * c, moments.mean, i * c, c);
            variances.get(i * c, moments.variance, i * c, c);
            moments.forward(i);
            centres.put(i * c, moments.centre, i * c, c);
            slopes.put(i * c, moments.a, i * c, c);
            constants.put(i * c, moments.b, i * c, c);
            applying.get(i).forEach(kernel -> kernel.run(stream));
          }
        });
    tape.derivative(
        () -> backward(x, y.gradient(), shapes, moments, mean, variance, affine, scaleShift));
    return y;
  }

  /** Returns the buffers of kernels, and of a value that Java code reads or writes. */
  private static Set<Buffer> used(Stream<Kernel> kernels, Optional<Activation> value) {
    return Stream.concat(
            kernels.flatMap(kernel -> kernel.buffers().stream()),
            value.map(Activation::buffer).stream())
        .collect(Collectors.toSet());
  }

  private Shapes shapes(Activation x) {
    var kernels = tape.kernels();
    long c = x.channels();
    var one = x.images(1);
    return new Shapes(
        one,
        kernels.strided(DataType.FLOAT32, new long[] {1, c, 1, 1}, c, 1, c, c),
        kernels.dense(DataType.FLOAT32, c),
        perChannel(x, 1),
        kernels.describe(
            NAME,
            (d, e, attributes) ->
                dnnl_batch_normalization_forward_primitive_desc_create(
                    d, e, dnnl_forward_training, one, one, GroupMoments.EPS, FLAGS, attributes)),
        kernels.primitive(
            NAME,
            (d, e, attributes) ->
                dnnl_batch_normalization_forward_primitive_desc_create(
                    d,
                    e,
                    dnnl_forward_inference,
                    one,
                    one,
                    0,
                    FLAGS | dnnl_use_global_stats,
                    attributes)));
  }

  private Activation perChannel(Activation x, float value) {
    var all = Activation.constant(tape.kernels(), DataType.FLOAT32, 1, 1, 1, x.channels());
    all.fill(value);
    return all;
  }

  private Activation perSample(Activation x) {
    return Activation.of(tape.kernels(), DataType.FLOAT32, x.samples(), 1, 1, x.channels(), false);
  }

  /** Computes a·(x − μ) + b for a sample. */
  private static Kernel affine(Shapes shapes, Activation x, int i, Affine affine, Operand result) {
    return shapes
        .affine
        .again()
        .with(DNNL_ARG_SRC, x.sample(shapes.one, i))
        .with(DNNL_ARG_MEAN, affine.centre.sample(shapes.flat, i))
        .with(DNNL_ARG_VARIANCE, shapes.ones.as(shapes.flat))
        .with(DNNL_ARG_SCALE, affine.slope.sample(shapes.flat, i))
        .with(DNNL_ARG_SHIFT, affine.constant.sample(shapes.flat, i))
        .with(DNNL_ARG_DST, result)
        .build();
  }

  private static Optional<FloatBuffer> gradient(TrainableParameter parameter) {
    return parameter.isFrozen() ? Optional.empty() : Optional.of(parameter.gradient().floats());
  }

  private void backward(
      Activation x,
      Activation dy,
      Shapes shapes,
      GroupMoments moments,
      Activation mean,
      Activation variance,
      Affine affine,
      Optional<Activation> scaleShift) {
    var kernels = tape.kernels();
    var one = shapes.one;
    var activated = x.scratchOfOne().as(one); // a·(x − μ) + b
    var work = x.scratchOfOne().as(one); // the gradient before SiLU, then batch normalisation's dx
    var sum = perSample(x);
    var sumOfProducts = perSample(x);
    var channelGain = perSample(x);
    var ofX = perSample(x);
    var constant = perSample(x);
    boolean first = !x.hasGradient();
    var dx = x.writtenGradient();
    var channelwise =
        kernels.primitive(
            NAME,
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
    var swish = new Elementwise(tape, Function.SILU).backward(one);
    List<List<Kernel>> before = new ArrayList<>();
    List<Kernel> after = new ArrayList<>();
    for (int i = 0; i < x.samples(); i++) {
      List<Kernel> ofSample = new ArrayList<>();
      var dt = silu ? work : dy.sample(one, i);
      if (silu) {
        ofSample.add(affine(shapes, x, i, affine, activated));
        ofSample.add(
            swish
                .again()
                .with(DNNL_ARG_SRC, activated)
                .with(DNNL_ARG_DIFF_DST, dy.sample(one, i))
                .with(DNNL_ARG_DIFF_SRC, dt)
                .build());
      }
      ofSample.add(
          channelwise
              .again()
              .with(DNNL_ARG_SRC, x.sample(one, i))
              .with(DNNL_ARG_DIFF_DST, dt)
              .with(DNNL_ARG_MEAN, mean.sample(shapes.flat, i))
              .with(DNNL_ARG_VARIANCE, variance.sample(shapes.flat, i))
              .with(DNNL_ARG_SCALE, channelGain.sample(shapes.flat, i))
              .with(DNNL_ARG_DIFF_SRC, work)
              .with(DNNL_ARG_DIFF_SCALE, sumOfProducts.sample(shapes.flat, i))
              .with(DNNL_ARG_DIFF_SHIFT, sum.sample(shapes.flat, i))
              .build());
      before.add(ofSample);
      var plus = PostOps.NOTHING.add(constant.sample(shapes.perChannel, i)).add(work);
      after.add(
          kernels.binary(
              dnnl_binary_mul,
              x.sample(one, i),
              ofX.sample(shapes.perChannel, i),
              dx.sample(one, i),
              first ? plus : plus.add(dx.sample(one, i))));
    }
    var gradientOfGain = gradient(gain);
    var gradientOfShift = gradient(shift);
    int c = x.channels();
    tape.backward(
        used(
            Stream.concat(before.stream().flatMap(List::stream), after.stream()), Optional.empty()),
        stream -> {
          var gains = channelGain.floats();
          var sums = sum.floats();
          var sumsOfProducts = sumOfProducts.floats();
          var slopes = ofX.floats();
          var constants = constant.floats();
          moments.beginBackward();
          gains.put(0, moments.channelGain);
          for (int i = 0; i < after.size(); i++) {
            before.get(i).forEach(kernel -> kernel.run(stream));
            sums.get(i * c, moments.sum, i * c, c);
            sumsOfProducts.get(i * c, moments.sumOfProducts, i * c, c);
            moments.backward(i);
            slopes.put(i * c, moments.ofX, i * c, c);
            constants.put(i * c, moments.constant, i * c, c);
            after.get(i).run(stream);
          }
          gradientOfGain.ifPresent(gradient -> gradient.put(0, moments.ofGain));
          gradientOfShift.ifPresent(gradient -> gradient.put(0, moments.ofShift));
        });
    scaleShift.ifPresent(
        value ->
            tape.contribute(
                value,
                part ->
                    tape.backward(
                        List.of(part.buffer()),
                        stream -> part.floats().put(0, moments.ofScaleShift))));
  }
}
