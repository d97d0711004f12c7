package io.diffusion4j.tf.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.CompiledNetwork;
import io.diffusion4j.tf.Engine;
import io.diffusion4j.tf.Engines;
import io.diffusion4j.tf.Network;
import io.diffusion4j.tf.nn.CheckpointTensors;
import io.diffusion4j.tf.nn.Precision;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * A folder of golden values: inputs, outputs and weights of a reference implementation.
 *
 * @param folder with {@code io.safetensors} and, for networks, the weights
 */
public record Golden(Path folder) {
  /** The folder of this name among the test resources. */
  public static Golden of(String name) {
    try {
      URL url = Golden.class.getResource("/golden/" + name);
      return new Golden(Path.of(Objects.requireNonNull(url, name).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("golden: " + name, e);
    }
  }

  public float[] floats(String tensor) {
    try (var io = SafetensorsFile.open(folder.resolve("io.safetensors"))) {
      return io.readFloats(tensor);
    }
  }

  public int[] ints(String tensor) {
    float[] values = floats(tensor);
    int[] result = new int[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (int) values[i];
    }
    return result;
  }

  /** An {@code [N, C, H, W]} tensor as {@code [N, H, W, C]}. */
  public float[] image(String tensor) {
    try (var io = SafetensorsFile.open(folder.resolve("io.safetensors"))) {
      long[] s = io.info(tensor).shape();
      return channelsLast(
          io.readFloats(tensor), (int) s[0], (int) s[1], Math.toIntExact(s[2] * s[3]));
    }
  }

  private static float[] channelsLast(float[] values, int rows, int channels, int pixels) {
    float[] result = new float[values.length];
    for (int n = 0; n < rows; n++) {
      for (int c = 0; c < channels; c++) {
        for (int p = 0; p < pixels; p++) {
          result[(n * pixels + p) * channels + c] = values[(n * channels + c) * pixels + p];
        }
      }
    }
    return result;
  }

  /** Runs a network with the reference's weights. */
  public List<float[]> run(Network network, Batch batch, Precision precision) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS, Checkpoint.TRANSFORMERS);
        var compiled =
            new CompiledNetwork(network, new CheckpointTensors(folder, checkpoint), precision)) {
      return compiled.run(batch);
    }
  }

  /** Runs a network with the reference's weights in every engine that can. */
  public List<List<float[]>> runInEach(Network network, Batch batch, Precision precision) {
    return runInEach(network, batch, precision, name -> true);
  }

  /** The same with those of the reference's weights whose names pass. */
  public List<List<float[]>> runInEach(
      Network network, Batch batch, Precision precision, Predicate<String> names) {
    List<List<float[]>> results = new ArrayList<>();
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS, Checkpoint.TRANSFORMERS)) {
      var weights = new CheckpointTensors(folder, checkpoint, names);
      for (Engine engine : Engines.all()) {
        if (engine.unavailable(precision).isEmpty()) {
          try (var compiled = engine.compile(network, weights, precision)) {
            results.add(compiled.run(batch));
          }
        }
      }
    }
    return results;
  }

  /** Asserts that values are the expected ones within a part of the largest. */
  public static void assertClose(float[] actual, float[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 0;
    double worst = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double error = Math.abs((double) actual[i] - expected[i]);
      worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
    }
    assertThat(worst / largest).as("largest error relative to largest value").isLessThan(tolerance);
  }
}
