package io.diffusion4j.tf.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.diffusion.denoiser.Perturbation;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.PerturbedNetwork;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Runs networks with the weights of a reference implementation.
 *
 * @param folder with the weights under a published name
 */
public record Golden(Path folder) {
  /** Runs a network with the reference's weights. */
  public List<float[]> run(NetworkDefinition network, Batch batch, Precision precision) {
    return run(network, batch, precision, name -> true);
  }

  /** The same with those of the reference's weights whose names pass. */
  public List<float[]> run(
      NetworkDefinition network, Batch batch, Precision precision, Predicate<String> names) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS, Checkpoint.TRANSFORMERS);
        var compiled =
            new CompiledNetwork(network, checkpoint.only(names), Compute.of(precision))) {
      return compiled.run(batch);
    }
  }

  /** Runs a network with the reference's weights in every engine that can. */
  public List<List<float[]>> runInEach(
      NetworkDefinition network, Batch batch, Precision precision) {
    return runInEach(network, batch, precision, name -> true);
  }

  /** The same with those of the reference's weights whose names pass. */
  public List<List<float[]>> runInEach(
      NetworkDefinition network, Batch batch, Precision precision, Predicate<String> names) {
    List<List<float[]>> results = new ArrayList<>();
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS, Checkpoint.TRANSFORMERS)) {
      var weights = checkpoint.only(names);
      for (Engine engine : Engines.all()) {
        if (engine.unavailable(precision).isEmpty()) {
          try (var compiled = engine.compile(Network.of(network), weights, Compute.of(precision))) {
            results.add(compiled.run(batch));
          }
        }
      }
    }
    return results;
  }

  /**
   * Runs a network with parts left out in every engine that can, with the weights of the file
   * {@code weights.safetensors}.
   */
  public List<float[]> runPerturbedInEach(
      NetworkDefinition network, Batch batch, Perturbation perturbation) {
    List<float[]> results = new ArrayList<>();
    var perturbed = PerturbedNetwork.of(network).orElseThrow();
    var inputs = perturbed.batch(batch, perturbation);
    try (var weights = Checkpoint.open(folder.resolve("weights.safetensors"))) {
      for (Engine engine : Engines.all()) {
        if (engine.unavailable(Precision.FLOAT32).isEmpty()) {
          var compute = Compute.of(Precision.FLOAT32);
          var variants = List.of(perturbed.network());
          var all = engine.compile(Network.of(network), variants, weights, compute);
          try {
            results.add(all.get(1).run(inputs).get(0));
          } finally {
            all.get(0).close();
          }
        }
      }
    }
    return results;
  }

  /**
   * The tolerance of a network in bfloat16, relative to the largest value: 3·10⁻² for two layers or
   * levels, and in proportion more for deeper ones, each of which rounds.
   */
  public static double bfloat16(int depth) {
    return 1.5e-2 * Math.max(2, depth);
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
