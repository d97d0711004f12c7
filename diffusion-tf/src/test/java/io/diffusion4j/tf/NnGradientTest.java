package io.diffusion4j.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.tf.testing.Probe;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every layer: TensorFlow's gradient against central differences. */
class NnGradientTest {
  private static final double H = 1e-2;

  /** Of a float32 sum of a few hundred terms divided by 2h, and of the third derivative. */
  private static final double TOLERANCE = 5e-3;

  private static final long[] IMAGE = {2, 4, 4, 8};
  private static final long[] SEQUENCE = {2, 3, 8};
  private static final long[] ROWS = {2, 8};

  private interface Layer {
    Tensor forward(Nn nn, Tensor x);
  }

  private static Arguments layer(String name, long[] x, Layer layer) {
    return Arguments.of(name, x, layer);
  }

  static Stream<Arguments> layers() {
    return Stream.of(
        layer("linear over rows", ROWS, (nn, x) -> nn.linear(x, 3)),
        layer("linear over a sequence", SEQUENCE, (nn, x) -> nn.linear(x, 3)),
        layer("linear without bias", SEQUENCE, (nn, x) -> nn.linearNoBias(x, 3, Init.FAN_IN)),
        layer("pointwise", SEQUENCE, (nn, x) -> nn.pointwise(x, 3, Init.FAN_IN)),
        layer("projection", ROWS, (nn, x) -> nn.project(x, "proj", 3, Init.ZEROS)),
        layer(
            "linear with names of its own",
            SEQUENCE,
            (nn, x) -> nn.linear(x, 3, Init.FAN_IN, "in_proj_weight", "in_proj_bias")),
        layer(
            "parts that lie together by head",
            new long[] {2, 3, 12},
            (nn, x) -> nn.concat(1, nn.unpack(x, 3, 2))),
        layer("3×3 convolution", IMAGE, (nn, x) -> nn.conv2d(x, 3, 3)),
        layer("1×1 convolution", IMAGE, (nn, x) -> nn.conv2d(x, 3, 1)),
        layer("convolution of stride 2", IMAGE, (nn, x) -> nn.conv2d(x, 3, 3, 2, Init.FAN_IN)),
        layer("patches", IMAGE, (nn, x) -> nn.patches(x, 3, 2, Init.FAN_IN)),
        layer(
            "embedding",
            SEQUENCE,
            (nn, x) ->
                nn.add(
                    x,
                    nn.embedding(
                        nn.constant(new int[] {0, 4, 4, 1, 0, 2}, 2, 3), 5, 8, Init.ZEROS))),
        layer("group norm", IMAGE, (nn, x) -> nn.groupNorm(x, 2, 1e-5)),
        layer("group norm and silu", IMAGE, (nn, x) -> nn.groupNormSilu(x, 2, 1e-5)),
        layer(
            "group norm with scale and shift, and silu",
            IMAGE,
            (nn, x) ->
                nn.groupNormSilu(
                    x, 2, 1e-5, nn.input(nn.at("emb").parameter("weight", Init.ZEROS, 2, 16)))),
        layer("layer norm", SEQUENCE, (nn, x) -> nn.layerNorm(x, 1e-5)),
        layer("silu", ROWS, Nn::silu),
        layer("gelu", ROWS, Nn::gelu),
        layer("quick gelu", ROWS, Nn::quickGelu),
        layer(
            "attention",
            new long[] {2, 3, 24},
            (nn, x) ->
                nn.attention(
                    nn.slice(x, 0, 8), nn.slice(x, 8, 8), nn.slice(x, 16, 8), 2, List.of())),
        layer(
            "attention with a learned mask",
            new long[] {2, 3, 24},
            (nn, x) ->
                nn.attention(
                    nn.slice(x, 0, 8),
                    nn.slice(x, 8, 8),
                    nn.slice(x, 16, 8),
                    2,
                    List.of(nn.parameter("mask", Init.ZEROS, 1, 1, 3, 3)))),
        layer("nearest upsampling", IMAGE, Nn::upsampleNearest),
        layer("average pooling", IMAGE, Nn::averagePool),
        layer("concat", IMAGE, (nn, x) -> nn.concat(3, List.of(x, nn.silu(x)))),
        layer("slice", SEQUENCE, (nn, x) -> nn.slice(x, 2, 3)),
        layer("position", SEQUENCE, (nn, x) -> nn.position(x, 1)),
        layer(
            "a row for each sample",
            SEQUENCE,
            (nn, x) ->
                nn.concat(
                    1,
                    List.of(
                        nn.forEach(nn.input(nn.parameter("row", Init.ZEROS, 1, 1, 8)), x), x))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void theGradientIsTheCentralDifference(String name, long[] shape, Layer layer) {
    var random = new SplittableRandom(name.hashCode());
    long[][] outputShape = new long[1][];
    try (var probe =
        new Probe(
            (nn, inputs) -> {
              var x = nn.input(nn.parameter("x", Init.ZEROS, shape));
              var y = nn.output(layer.forward(nn.at("layer"), x));
              outputShape[0] = y.shape(1);
              return y;
            },
            parameter -> gaussian(parameter.size(), random))) {
      var batch = new Batch(1); // the samples are a parameter, so that they are differentiated too
      float[] weights = gaussian(probe.output(batch).length, random);
      var gradients = probe.gradients(batch, weights, known(outputShape[0], weights.length));
      for (String key : probe.parameters()) {
        float[] gradient = Objects.requireNonNull(gradients.get(key));
        for (int direction = 0; direction < 3; direction++) {
          boolean[] up = new boolean[gradient.length];
          double expected = 0;
          double scale = 1;
          for (int i = 0; i < up.length; i++) {
            up[i] = random.nextBoolean();
            expected += up[i] ? gradient[i] : -gradient[i];
            scale += Math.abs(gradient[i]);
          }
          double difference =
              (along(probe, key, up, H, batch, weights) - along(probe, key, up, -H, batch, weights))
                  / (2 * H);
          assertThat(difference).as(key).isCloseTo(expected, within(TOLERANCE * scale));
        }
      }
    }
  }

  private static double along(
      Probe probe, String key, boolean[] up, double h, Batch batch, float[] weights) {
    float[] values = probe.values(key);
    float[] kept = values.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (up[i] ? h : -h);
    }
    float[] output = probe.output(batch);
    System.arraycopy(kept, 0, values, 0, kept.length);
    double sum = 0;
    for (int i = 0; i < output.length; i++) {
      sum += (double) weights[i] * output[i];
    }
    return sum;
  }

  private static long[] known(long[] shape, int size) {
    long rest = 1;
    for (int i = 1; i < shape.length; i++) {
      rest *= shape[i];
    }
    long[] result = shape.clone();
    result[0] = size / rest;
    return result;
  }

  private static float[] gaussian(int size, SplittableRandom random) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
