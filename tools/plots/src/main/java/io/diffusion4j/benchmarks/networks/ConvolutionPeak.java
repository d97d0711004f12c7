package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.benchmarks.report.RunCount;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.tf.Sessions;
import io.diffusion4j.tf.Tensors;
import java.util.List;
import java.util.SplittableRandom;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Measures the peak of this machine in float32: a 3×3 convolution of {@code [8, 32, 32, 128]} to
 * the same number of channels. Other measurements are fractions of it, so they are comparable
 * between machines.
 */
public final class ConvolutionPeak {
  private static final int BATCH = 8;
  private static final int SIZE = 32;
  private static final int CHANNELS = 128;
  private static final double FLOPS = 2.0 * BATCH * SIZE * SIZE * CHANNELS * CHANNELS * 9;

  private ConvolutionPeak() {}

  /** Measures the peak, as a row in GFLOP/s. */
  public static Row measure(RunCount pace, long seed) {
    var random = new SplittableRandom(seed);
    long[] image = {BATCH, SIZE, SIZE, CHANNELS};
    long[] kernel = {3, 3, CHANNELS, CHANNELS};
    try (var graph = new Graph();
        var pixels = Tensors.of(Init.normal(1).values(image, random), image);
        var weights = Tensors.of(Init.uniform(0.03).values(kernel, random), kernel)) {
      var tf = Ops.create(graph);
      var x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(image)));
      var y = tf.nn.conv2d(x, tf.constantOf(weights), List.of(1L, 1L, 1L, 1L), "SAME");
      try (var session = Sessions.open(graph)) {
        double millis = pace.median(() -> session.runner().feed(x, pixels).fetch(y).run().close());
        return Row.of("3×3 convolution, the peak", BATCH, Precision.FLOAT32)
            .took(millis, FLOPS, FLOPS / millis / 1e6);
      }
    }
  }
}
