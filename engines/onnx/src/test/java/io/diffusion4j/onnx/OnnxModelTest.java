package io.diffusion4j.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.LayerCases;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.reference.Interpreter;
import io.diffusion4j.nn.reference.Oracle;
import io.diffusion4j.nn.weights.Init;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of whole networks, in ONNX Runtime. */
class OnnxModelTest {
  private static final double TOLERANCE = 1e-5;
  private static final int ROWS = 2;
  private static final int CHANNELS = 8;
  private static final int TIME = 7;

  @TempDir private Path folder = Path.of("");

  /** A U-Net of one level down, with attention, for images of any even size. */
  private static Network unet(int height, int width) {
    return Network.of((nn, inputs) -> unet(nn, inputs, height, width));
  }

  private static List<Tensor> unet(Nn nn, Inputs inputs, int height, int width) {
    var x = nn.input(inputs.floats("sample", height, width, 3));
    var time = nn.input(inputs.floats("time", TIME));
    var h = nn.at("conv_in").conv2d(x, CHANNELS, 3);
    var vector = nn.reshape(nn.at("time").linear(time, CHANNELS), -1, 1, 1, CHANNELS);
    var down = nn.at("down").conv2d(h, CHANNELS, 3, 2, Init.FAN_IN);
    down = nn.add(down, vector);
    var n = nn.at("norm").groupNorm(down, 2, 1e-5);
    var tokens = nn.reshape(n, -1, (long) height / 2 * (width / 2), CHANNELS);
    var mixed = nn.attention(tokens, tokens, tokens, 2, List.of());
    down = nn.add(down, nn.reshape(mixed, -1, height / 2, width / 2, CHANNELS));
    var up = nn.concat(3, List.of(nn.upsampleNearest(down), h));
    var out = nn.output(nn.at("conv_out").conv2d(nn.silu(up), 4, 3));
    return List.of(nn.slice(out, 0, 3), nn.slice(out, 3, 1));
  }

  private static float[] random(int size, int seed) {
    return Init.normal(1).values(new long[] {size}, new SplittableRandom(seed));
  }

  private static double[] expected(Network network, TensorSource weights, Batch batch, int output) {
    return new Interpreter(network, Set.of())
        .evaluate(batch, Oracle.parameters(network, weights))
        .value(network.outputs().get(output));
  }

  private static float[] channelsFirst(float[] images, int pixels, int channels) {
    float[] moved = new float[images.length];
    for (int row = 0; row < images.length / pixels / channels; row++) {
      for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < channels; c++) {
          moved[(row * channels + c) * pixels + p] = images[(row * pixels + p) * channels + c];
        }
      }
    }
    return moved;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** One file computes every size, also those that it was not made of. */
  @Test
  void sizesOfImagesAreOpen() throws Exception {
    var network = unet(4, 4);
    var weights = LayerCases.weights(network);
    Path file = folder.resolve("unet.onnx");
    OnnxModel.of(
            network,
            List.of(unet(8, 4), unet(4, 8)),
            weights,
            OnnxOptions.plain(OnnxPrecision.FLOAT32))
        .write(file, OnnxModel.MAX_BYTES);
    try (var model = new RuntimeModel(file)) {
      assertThat(model.declarations().get("sample")).contains("batch", "height", "width");
      for (int[] size : new int[][] {{4, 4}, {6, 10}, {12, 2}}) {
        int height = size[0];
        int width = size[1];
        float[] x = random(ROWS * height * width * 3, height);
        float[] time = random(ROWS * TIME, width);
        var batch = new Batch(ROWS).floats("sample", x).floats("time", time);
        try (var feed =
            new RuntimeModel.Feed()
                .floats("sample", x, ROWS, height, width, 3)
                .floats("time", time, ROWS, TIME)) {
          for (int i = 0; i < 2; i++) {
            Oracle.assertClose(
                model.run(feed, StoredNetwork.output(i)),
                expected(unet(height, width), weights, batch, i),
                TOLERANCE);
          }
        }
      }
    }
  }

  @Test
  void aTableOfPositionsClosesTheSize() {
    assertThatThrownBy(
            () ->
                OnnxModel.of(
                    positions(4),
                    List.of(positions(5)),
                    LayerCases.weights(positions(4)),
                    OnnxOptions.plain(OnnxPrecision.FLOAT32)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("size: ");
  }

  private static Network positions(int length) {
    return Network.of(
        (nn, inputs) -> {
          var x = nn.input(inputs.floats("x", length, CHANNELS));
          var mask = nn.causalMask(length, -1e4f);
          return List.of(nn.output(nn.attention(x, x, x, 1, List.of(mask))));
        });
  }

  /** As the field has it: images with their channels first, timesteps, and its names. */
  @Test
  void namesImagesAndTimestepsAreThoseOfTheField() throws Exception {
    int side = 4;
    var network = unet(side, side);
    var weights = LayerCases.weights(network);
    var form = new Sinusoid(TIME, 0.5, true, 0.999, 2);
    var options =
        new OnnxOptions(
            OnnxPrecision.FLOAT32,
            Map.of("time", "timestep", StoredNetwork.output(0), "out_sample"),
            true,
            Optional.of(new OnnxOptions.Timestep("time", form)),
            Map.of("family", "test"));
    Path file = folder.resolve("unet.onnx");
    OnnxModel.of(network, weights, options).write(file, OnnxModel.MAX_BYTES);
    float[] x = random(ROWS * side * side * 3, 1);
    float[] timesteps = {999, 17.25f};
    float[] sinusoids = new float[ROWS * TIME];
    for (int row = 0; row < ROWS; row++) {
      float[] one = form.at(timesteps[row]);
      System.arraycopy(one, 0, sinusoids, row * TIME, TIME);
    }
    var batch = new Batch(ROWS).floats("sample", x).floats("time", sinusoids);
    try (var model = new RuntimeModel(file);
        var feed =
            new RuntimeModel.Feed()
                .floats("sample", channelsFirst(x, side * side, 3), ROWS, 3, side, side)
                .floats("timestep", timesteps, ROWS)) {
      assertThat(model.metadata()).containsEntry("family", "test");
      assertThat(model.inputs()).containsExactlyInAnyOrder("sample", "timestep");
      assertThat(model.outputs()).containsExactly("out_sample", "output.1");
      float[] expected =
          channelsFirst(floats(expected(network, weights, batch, 0)), side * side, 3);
      Oracle.assertClose(model.run(feed, "out_sample"), Oracle.wide(expected), TOLERANCE);
    }
  }

  /** The values are the same, and the model alone is small. */
  @Test
  void weightsMayBeInAFileOfTheirOwn() throws Exception {
    var network =
        Network.of(
            (nn, inputs) -> {
              var x = nn.input(inputs.floats("x", 40));
              return List.of(nn.output(nn.at("b").linear(nn.at("a").linear(x, 50), 30)));
            });
    var weights = LayerCases.weights(network);
    var model = OnnxModel.of(network, weights, OnnxOptions.plain(OnnxPrecision.FLOAT32));
    assertThat(model.weightBytes()).isEqualTo((40 * 50 + 50 + 50 * 30 + 30) * 4);
    assertThat(model.write(folder.resolve("whole.onnx"), model.weightBytes())).hasSize(1);
    var files = model.write(folder.resolve("parts.onnx"), model.weightBytes() - 1);
    assertThat(files).first().isEqualTo(folder.resolve("parts.onnx"));
    assertThat(files.get(1).toString()).matches(".*/parts\\.onnx\\.[0-9a-f]{16}\\.data");
    assertThat(Files.size(files.get(0))).isLessThan(2000);
    assertThat(Files.size(files.get(1))).isEqualTo(8192 + 50 * 30 * 4); // begins at whole pages
    float[] x = random(ROWS * 40, 1);
    try (var whole = new RuntimeModel(folder.resolve("whole.onnx"));
        var parts = new RuntimeModel(files.get(0));
        var feed = new RuntimeModel.Feed().floats("x", x, ROWS, 40)) {
      assertThat(parts.run(feed, "output.0")).isEqualTo(whole.run(feed, "output.0"));
    }
  }

  /** A model that is replaced keeps its own data until the new model is in its place. */
  @Test
  void aWriteThatFailsLeavesTheOldModelWithItsOwnData() throws Exception {
    Path file = folder.resolve("replaced.onnx");
    var old = linear(1).write(file, 0);
    assertThat(linear(1).write(file, 0)).as("the same weights").isEqualTo(old);
    byte[] data = Files.readAllBytes(old.get(1));
    Files.move(file, folder.resolve("kept.onnx"));
    Files.createDirectories(file.resolve("so that the model cannot be replaced"));
    assertThatThrownBy(() -> linear(2).write(file, 0)).isInstanceOf(UncheckedIOException.class);
    assertThat(old.get(1)).hasBinaryContent(data);

    Files.delete(file.resolve("so that the model cannot be replaced"));
    Files.delete(file);
    Path other = Files.createFile(folder.resolve("replaced.onnx.other.data"));
    Files.createFile(folder.resolve("replaced.onnx.data")); // of an earlier version
    var files = linear(3).write(file, 0);
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all.filter(each -> !each.endsWith("kept.onnx")))
          .as("data of the models before is removed")
          .containsExactlyInAnyOrder(files.get(0), files.get(1), other);
    }
    assertThat(linear(3).write(file, OnnxModel.MAX_BYTES)).containsExactly(file);
    assertThat(files.get(1)).doesNotExist();
  }

  private static OnnxModel linear(long seed) {
    NetworkDefinition definition =
        (nn, inputs) -> List.of(nn.output(nn.at("a").linear(nn.input(inputs.floats("x", 40)), 50)));
    var weights = RandomWeights.of(definition, seed);
    return OnnxModel.of(Network.of(definition), weights, OnnxOptions.plain(OnnxPrecision.FLOAT32));
  }

  /**
   * ONNX Runtime checks types and shapes of a graph before it looks for kernels, and has no
   * bfloat16 product for processors.
   */
  @Test
  void bfloat16IsAValidGraphOfRoundedWeights() throws Exception {
    var network =
        Network.of(
            (nn, inputs) -> {
              var out = new ArrayList<>(unet(nn.at("unet"), inputs, 4, 4));
              var x = nn.input(inputs.floats("x", 40));
              out.add(nn.output(nn.at("a").linearNoBias(x, 50, Init.FAN_IN)));
              return out;
            });
    var weights = LayerCases.weights(network);
    Path file = folder.resolve("bf16.onnx");
    var model = OnnxModel.of(network, weights, OnnxOptions.plain(OnnxPrecision.BFLOAT16));
    Path external = model.write(file, 0).get(1);
    assertThatThrownBy(() -> new RuntimeModel(file))
        .isInstanceOfSatisfying(
            OrtException.class,
            e -> assertThat(e.getCode()).isEqualTo(OrtException.OrtErrorCode.ORT_NOT_IMPLEMENTED));
    float[] matrix = weights.read("a.weight");
    byte[] stored = new byte[40 * 50 * 2];
    try (var data = new RandomAccessFile(external.toFile(), "r")) {
      data.seek(data.length() - stored.length);
      data.readFully(stored);
    }
    for (int in = 0; in < 40; in++) {
      for (int out = 0; out < 50; out++) {
        int at = 2 * (in * 50 + out);
        float value =
            Float.intBitsToFloat(((stored[at] & 0xff) << 16) | ((stored[at + 1] & 0xff) << 24));
        float original = matrix[out * 40 + in];
        assertThat(Math.abs(value - original)).isLessThanOrEqualTo(Math.abs(original) / 256);
        assertThat(Float.floatToRawIntBits(value) & 0xffff).isZero();
      }
    }
  }

  @Test
  void aWeightThatFloat16CannotHoldIsRefused() {
    var network =
        Network.of(
            (nn, inputs) -> List.of(nn.output(nn.linear(nn.input(inputs.floats("x", 1)), 1))));
    var weights = new TensorMap();
    weights.put("weight", new long[] {1, 1}, new float[] {1e6f});
    weights.put("bias", new long[] {1}, new float[1]);
    var model = OnnxModel.of(network, weights, OnnxOptions.plain(OnnxPrecision.FLOAT16));
    Path file = folder.resolve("large.onnx");
    assertThatThrownBy(() -> model.write(file, OnnxModel.MAX_BYTES))
        .hasMessage("weight[0]: 1000000.0 (expected: in the range of F16)");
    assertThat(file).doesNotExist();
  }
}
