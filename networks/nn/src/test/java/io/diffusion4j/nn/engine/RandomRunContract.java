package io.diffusion4j.nn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.RandomNetwork;
import io.diffusion4j.nn.RandomNetwork.Kind;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.reference.Conditioned;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The promise of {@link RunContract} for whole networks: random ones are what the oracle computes,
 * in each number format, on one and two threads.
 */
public interface RandomRunContract {
  /** The engine that runs networks. */
  Engine engine();

  /** Whether a row has the same bits in every batch. */
  default boolean keepsBitsOfRows() {
    return false;
  }

  @Test
  default void randomNetworksAreThoseOfTheirDefinitions() {
    RandomSeeds.each(8, seed -> runs(new RandomNetwork(seed, Kind.SMALL), seed));
  }

  @Test
  default void randomBlocksAreThoseOfTheirDefinitions() {
    RandomSeeds.each(1, seed -> runs(new RandomNetwork(seed, Kind.BLOCK), seed));
  }

  /** What is fused into a product is of the size of its result, or of its channels. */
  @Test
  default void randomBroadcastsAreThoseOfTheirDefinitions() {
    RandomSeeds.each(16, seed -> runs(new RandomNetwork(seed, Kind.BROADCAST), seed));
  }

  /** Runs a network; returns whether the engine has it. */
  default boolean runs(RandomNetwork definition, long seed) {
    assumeTrue(Stream.of(Precision.values()).anyMatch(p -> engine().unavailable(p).isEmpty()));
    var network = Network.of(definition);
    var weights = RandomNetwork.weights(network, seed);
    var random = new SplittableRandom(seed);
    var samples = definition.samples(network, random);
    boolean has = false;
    for (Precision precision : Precision.values()) {
      if (engine().unavailable(precision).isPresent()) {
        continue;
      }
      var expected = Conditioned.outputs(network, weights, samples, precision);
      for (int threads = 1; threads <= 2; threads++) {
        String what = "%s, %s, %d threads".formatted(definition.name(), precision, threads);
        var compute = new Compute(engine().name(), Threads.of(threads), precision);
        try (var compiled = engine().compile(network, weights, compute)) {
          has = true;
          var results = compiled.run(RandomNetwork.batch(network, samples));
          expected.assertClose(results, what);
          if (keepsBitsOfRows()) {
            int row = random.nextInt(samples.size());
            assertSameBits(compiled, network, samples.get(row), part(results, samples, row), what);
          }
        } catch (UnsupportedLayerException e) {
          assertThat(e).hasMessageStartingWith("layer: ");
        }
      }
    }
    return has;
  }

  /** Returns the results of a row. */
  static List<float[]> part(List<float[]> results, List<Batch> samples, int row) {
    List<float[]> part = new ArrayList<>();
    for (float[] all : results) {
      int size = all.length / samples.size();
      part.add(Arrays.copyOfRange(all, row * size, (row + 1) * size));
    }
    return part;
  }

  /** Runs a sample in other batches. */
  static void assertSameBits(
      Executable compiled, Network network, Batch sample, List<float[]> expected, String what) {
    var random = new SplittableRandom(1);
    for (int rows : new int[] {1, 2, 5, 8}) {
      int place = random.nextInt(rows);
      List<Batch> samples = new ArrayList<>();
      for (int i = 0; i < rows; i++) {
        samples.add(i == place ? sample : RandomNetwork.sample(network, random));
      }
      var results = part(compiled.run(RandomNetwork.batch(network, samples)), samples, place);
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i))
            .as("%s, row %d of %d", what, place, rows)
            .isEqualTo(expected.get(i));
      }
    }
  }
}
