package io.diffusion4j.tf;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import io.diffusion4j.tf.testing.Probe;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers against their definitions, written as loops in double; 10⁻⁵ as float32 allows. */
class NnReferenceTest {
  private static final double TOLERANCE = 1e-5;
  private static final int B = 2;
  private static final int H = 6;
  private static final int W = 4;
  private static final int C = 8;
  private static final long[] IMAGE = {B, H, W, C};

  private interface Layer {
    Tensor forward(Nn nn, Tensor x);
  }

  private static Probe probe(long[] shape, Layer layer) {
    var random = new SplittableRandom(7);
    return new Probe(
        (nn, inputs) ->
            nn.output(layer.forward(nn, nn.input(nn.parameter("x", Init.ZEROS, shape)))),
        parameter -> {
          float[] values = new float[parameter.size()];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() + 0.5);
          }
          return values;
        });
  }

  private static float[] output(Probe probe) {
    return probe.output(new Batch(1));
  }

  private static int at(int b, int y, int x, int c) {
    return ((b * H + y) * W + x) * C + c;
  }

  /** The textbook form of group normalisation, before gain and shift. */
  private static double[] normalised(float[] x, int groups, double eps) {
    double[] result = new double[x.length];
    int size = C / groups;
    for (int b = 0; b < B; b++) {
      for (int g = 0; g < groups; g++) {
        double mean = 0;
        double square = 0;
        for (int p = 0; p < H * W; p++) {
          for (int c = g * size; c < (g + 1) * size; c++) {
            mean += x[at(b, 0, p, c)] / (double) (H * W * size);
          }
        }
        for (int p = 0; p < H * W; p++) {
          for (int c = g * size; c < (g + 1) * size; c++) {
            square += Math.pow(x[at(b, 0, p, c)] - mean, 2) / (H * W * size);
          }
        }
        for (int p = 0; p < H * W; p++) {
          for (int c = g * size; c < (g + 1) * size; c++) {
            result[at(b, 0, p, c)] = (x[at(b, 0, p, c)] - mean) / Math.sqrt(square + eps);
          }
        }
      }
    }
    return result;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void aPackedPartHasItsChannelsWhereItsGroupsPutThem(int groups) {
    int parts = 3;
    int width = 8;
    int inGroup = width / groups;
    for (int part = 0; part < parts; part++) {
      int p = part;
      try (var probe =
          probe(
              new long[] {2, 5, (long) parts * width},
              (nn, x) -> nn.unpack(x, parts, groups).get(p))) {
        float[] packed = probe.values("x");
        float[] expected = new float[2 * 5 * width];
        for (int i = 0; i < expected.length; i++) {
          int group = (i % width) / inGroup;
          int c = i % inGroup;
          expected[i] = packed[(i / width) * parts * width + (group * parts + p) * inGroup + c];
        }
        assertThat(output(probe)).isEqualTo(expected);
      }
    }
  }

  @Test
  void aPointwiseConvolutionIsADenseLayer() {
    float[] dense;
    try (var probe = probe(new long[] {2, 3, 4}, (nn, x) -> nn.linear(x, 5))) {
      dense = output(probe);
    }
    try (var probe = probe(new long[] {2, 3, 4}, (nn, x) -> nn.pointwise(x, 5, Init.FAN_IN))) {
      assertThat(output(probe)).isEqualTo(dense);
    }
  }

  @Test
  void groupNormIsItsTextbookForm() {
    try (var probe = probe(IMAGE, (nn, x) -> nn.groupNorm(x, 2, 1e-3))) {
      double[] normal = normalised(probe.values("x"), 2, 1e-3);
      float[] expected = new float[normal.length];
      for (int i = 0; i < expected.length; i++) {
        int c = i % C;
        expected[i] = (float) (normal[i] * probe.values("weight")[c] + probe.values("bias")[c]);
      }
      assertClose(output(probe), expected, TOLERANCE);
    }
  }

  @Test
  void groupNormSiluIsSiluOfGroupNorm() {
    try (var probe = probe(IMAGE, (nn, x) -> nn.groupNormSilu(x, 2, 1e-3))) {
      double[] normal = normalised(probe.values("x"), 2, 1e-3);
      float[] expected = new float[normal.length];
      for (int i = 0; i < expected.length; i++) {
        int c = i % C;
        expected[i] = silu(normal[i] * probe.values("weight")[c] + probe.values("bias")[c]);
      }
      assertClose(output(probe), expected, TOLERANCE);
    }
  }

  @Test
  void groupNormSiluScalesByOnePlusTheSamplesScaleAndAddsItsShift() {
    Layer layer =
        (nn, x) ->
            nn.groupNormSilu(x, 4, 1e-5, nn.input(nn.parameter("emb", Init.ZEROS, B, 2 * C)));
    try (var probe = probe(IMAGE, layer)) {
      double[] normal = normalised(probe.values("x"), 4, 1e-5);
      float[] emb = probe.values("emb");
      float[] expected = new float[normal.length];
      for (int i = 0; i < expected.length; i++) {
        int c = i % C;
        int b = i / (H * W * C);
        double norm = normal[i] * probe.values("weight")[c] + probe.values("bias")[c];
        expected[i] = silu(norm * (1 + emb[b * 2 * C + c]) + emb[b * 2 * C + C + c]);
      }
      assertClose(output(probe), expected, TOLERANCE);
    }
  }

  private static float silu(double x) {
    return (float) (x / (1 + Math.exp(-x)));
  }

  @Test
  void layerNormIsItsTextbookForm() {
    try (var probe = probe(new long[] {B, 3, C}, (nn, x) -> nn.layerNorm(x, 1e-5))) {
      float[] x = probe.values("x");
      float[] expected = new float[x.length];
      for (int row = 0; row < B * 3; row++) {
        double mean = 0;
        double square = 0;
        for (int c = 0; c < C; c++) {
          mean += x[row * C + c] / (double) C;
        }
        for (int c = 0; c < C; c++) {
          square += Math.pow(x[row * C + c] - mean, 2) / C;
        }
        for (int c = 0; c < C; c++) {
          double norm = (x[row * C + c] - mean) / Math.sqrt(square + 1e-5);
          expected[row * C + c] =
              (float) (norm * probe.values("weight")[c] + probe.values("bias")[c]);
        }
      }
      assertClose(output(probe), expected, TOLERANCE);
    }
  }

  @Test
  void attentionMixesTheValuesOfTheKeysThatTheMaskLeavesOpen() {
    int heads = 2;
    int d = 4;
    int queries = 3;
    int keys = 5;
    Layer layer =
        (nn, x) ->
            nn.attention(
                x,
                nn.input(nn.parameter("k", Init.ZEROS, B, keys, C)),
                nn.input(nn.parameter("v", Init.ZEROS, B, keys, C)),
                heads,
                List.of(nn.parameter("mask", Init.ZEROS, B, 1, 1, keys)));
    try (var probe = probe(new long[] {B, queries, C}, layer)) {
      probe.values("mask")[1] = -1e9f;
      probe.values("mask")[keys + 4] = -1e9f;
      float[] q = probe.values("x");
      float[] k = probe.values("k");
      float[] v = probe.values("v");
      float[] expected = new float[q.length];
      for (int b = 0; b < B; b++) {
        for (int h = 0; h < heads; h++) {
          for (int i = 0; i < queries; i++) {
            double[] p = new double[keys];
            double sum = 0;
            for (int j = 0; j < keys; j++) {
              double dot = 0;
              for (int c = h * d; c < (h + 1) * d; c++) {
                dot += (double) q[(b * queries + i) * C + c] * k[(b * keys + j) * C + c];
              }
              p[j] = Math.exp(dot / Math.sqrt(d) + probe.values("mask")[b * keys + j]);
              sum += p[j];
            }
            for (int j = 0; j < keys; j++) {
              for (int c = h * d; c < (h + 1) * d; c++) {
                expected[(b * queries + i) * C + c] +=
                    (float) (p[j] / sum * v[(b * keys + j) * C + c]);
              }
            }
          }
        }
      }
      assertClose(output(probe), expected, TOLERANCE);
    }
  }

  @Test
  void nearestUpsamplingRepeatsEachPixelInBothDirections() {
    try (var probe = probe(IMAGE, Nn::upsampleNearest)) {
      float[] x = probe.values("x");
      float[] expected = new float[4 * x.length];
      for (int i = 0; i < expected.length; i++) {
        int c = i % C;
        int column = i / C % (2 * W);
        int row = i / (2 * W * C) % (2 * H);
        expected[i] = x[at(i / (4 * H * W * C), row / 2, column / 2, c)];
      }
      assertClose(output(probe), expected, 1e-12);
    }
  }

  @Test
  void averagePoolingIsTheMeanOfEachBlock() {
    try (var probe = probe(IMAGE, Nn::averagePool)) {
      float[] x = probe.values("x");
      float[] expected = new float[x.length / 4];
      for (int i = 0; i < expected.length; i++) {
        int c = i % C;
        int column = 2 * (i / C % (W / 2));
        int row = 2 * (i / (W / 2 * C) % (H / 2));
        int b = i / (H / 2 * W / 2 * C);
        expected[i] =
            (x[at(b, row, column, c)]
                    + x[at(b, row, column + 1, c)]
                    + x[at(b, row + 1, column, c)]
                    + x[at(b, row + 1, column + 1, c)])
                / 4;
      }
      assertClose(output(probe), expected, TOLERANCE);
    }
  }

  @Test
  void aConvolutionOfStrideTwoPadsOneZeroOnEverySideAsPyTorchDoes() {
    try (var probe = probe(IMAGE, (nn, x) -> nn.conv2d(x, 3, 3, 2, Init.FAN_IN))) {
      assertClose(output(probe), convolution(probe, 3, 3, 2, 1), TOLERANCE);
    }
  }

  @Test
  void aConvolutionOfStrideOneKeepsTheSize() {
    try (var probe = probe(IMAGE, (nn, x) -> nn.conv2d(x, 3, 3))) {
      assertClose(output(probe), convolution(probe, 3, 3, 1, 1), TOLERANCE);
    }
  }

  @Test
  void patchesAreAConvolutionOfTheirOwnStrideReadRowByRow() {
    try (var probe = probe(IMAGE, (nn, x) -> nn.patches(x, 3, 2, Init.FAN_IN))) {
      assertClose(output(probe), convolution(probe, 3, 2, 2, 0), TOLERANCE);
    }
  }

  /** PyTorch's conv2d: {@code weight [out, in, k, k]}, {@code padding} zeros on every side. */
  private static float[] convolution(Probe probe, int out, int k, int stride, int padding) {
    float[] x = probe.values("x");
    float[] w = probe.values("weight");
    int height = (H + 2 * padding - k) / stride + 1;
    int width = (W + 2 * padding - k) / stride + 1;
    float[] expected = new float[B * height * width * out];
    for (int i = 0; i < expected.length; i++) {
      int o = i % out;
      int left = i / out % width * stride - padding;
      int top = i / (out * width) % height * stride - padding;
      int b = i / (out * width * height);
      double sum = probe.parameters().contains("bias") ? probe.values("bias")[o] : 0;
      for (int c = 0; c < C; c++) {
        for (int dy = 0; dy < k; dy++) {
          for (int dx = 0; dx < k; dx++) {
            int row = top + dy;
            int column = left + dx;
            if (row >= 0 && row < H && column >= 0 && column < W) {
              sum += (double) x[at(b, row, column, c)] * w[((o * C + c) * k + dy) * k + dx];
            }
          }
        }
      }
      expected[i] = (float) sum;
    }
    return expected;
  }

  @Test
  void anEmbeddingIsTheRowOfItsTable() {
    Layer layer =
        (nn, x) -> nn.add(x, nn.embedding(nn.constant(new int[] {4, 0}, 1, 2), 5, 3, Init.ZEROS));
    try (var probe = probe(new long[] {1, 2, 3}, layer)) {
      float[] x = probe.values("x");
      float[] table = probe.values("weight");
      float[] expected = new float[6];
      for (int c = 0; c < 3; c++) {
        expected[c] = x[c] + table[4 * 3 + c];
        expected[3 + c] = x[3 + c] + table[c];
      }
      assertClose(output(probe), expected, TOLERANCE);
    }
  }

  @Test
  void groupsThatDoNotDivideTheChannelsAreRefusedByName() {
    assertThatThrownBy(() -> probe(IMAGE, (nn, x) -> nn.at("norm1").groupNorm(x, 3, 1e-5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("norm1: 8 channels (expected: a multiple of 3 groups)");
  }

  @Test
  void aParameterAskedForTwiceIsRefusedByName() {
    assertThatThrownBy(
            () ->
                Network.of(
                    (nn, inputs) -> {
                      nn.at("a").parameter("weight", Init.ZEROS, 2, 2);
                      return List.of(nn.at("a").parameter("weight", Init.ZEROS, 2, 2));
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("parameter requested twice: a.weight");
  }
}
