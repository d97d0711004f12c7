package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.RandomNetwork;
import io.diffusion4j.nn.RandomNetwork.Kind;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.RandomRunContract;
import io.diffusion4j.nn.engine.RandomSeeds;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.reference.Conditioned;
import io.diffusion4j.nn.train.TrainingConfig.Activations;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The promise of {@link LayerContract} for whole networks: gradients of random ones are what the
 * oracle computes, on one and two threads, with activations kept and recomputed.
 */
public interface RandomTrainContract extends RandomRunContract {
  /** The engine that trains networks. */
  TrainingEngine trainingEngine();

  /** What the engine can do with activations. */
  default Set<Activations> activations() {
    return Set.of(Activations.values());
  }

  @Test
  default void gradientsOfRandomNetworksByAnInputAreThoseOfTheirDefinitions() {
    assumeTrue(trainingEngine().unavailable(Precision.FLOAT32).isEmpty());
    RandomSeeds.each(4, this::differentiatesByInput);
  }

  @Test
  default void gradientsOfRandomNetworksAreThoseOfTheirDefinitions() {
    RandomSeeds.each(4, this::trains);
  }

  /** Returns whether the engine has the network. */
  private boolean differentiatesByInput(long seed) {
    var definition = new RandomNetwork(seed, Kind.LOSS);
    var network = Network.of(definition);
    var weights = RandomNetwork.weights(network, seed);
    var random = new SplittableRandom(seed);
    var samples = definition.samples(network, random);
    boolean has = false;
    for (var precision : List.of(Precision.FLOAT32, Precision.BFLOAT16)) {
      if (engine().unavailable(precision).isPresent()) {
        continue;
      }
      var expected = Conditioned.byInput(network, weights, samples, precision);
      for (int threads = 1; threads <= 2; threads++) {
        var compute = new Compute(engine().name(), Threads.of(threads), precision);
        String what =
            "%s, %s by input, %d threads".formatted(definition.name(), precision, threads);
        try (var compiled = engine().compileWithGradient(network, "x", weights, compute)) {
          has = true;
          var results = compiled.run(RandomNetwork.batch(network, samples));
          expected.assertClose(results, what);
          if (keepsBitsOfRows()) {
            int row = random.nextInt(samples.size());
            RandomRunContract.assertSameBits(
                compiled,
                network,
                samples.get(row),
                RandomRunContract.part(results, samples, row),
                what);
          }
        } catch (UnsupportedLayerException e) {
          assertThat(e).hasMessageStartingWith("layer: ");
        }
      }
    }
    return has;
  }

  /** Returns whether the engine has the network. */
  default boolean trains(long seed) {
    assumeTrue(trainingEngine().unavailable(Precision.FLOAT32).isEmpty());
    var definition = new RandomNetwork(seed, Kind.LOSS);
    var loss =
        LossNetwork.of((nn, in) -> Objective.Loss.of(nn.mean(definition.define(nn, in).get(0), 0)));
    var network = loss.network();
    if (network.parameters().isEmpty()) {
      return false;
    }
    var weights = RandomNetwork.weights(network, seed);
    var samples = definition.samples(network, new SplittableRandom(seed));
    var batch = RandomNetwork.batch(network, samples);
    var expected = Conditioned.byParameters(network, weights, samples);
    boolean has = false;
    for (int threads = 1; threads <= 2; threads++) {
      for (var activations : activations()) {
        var compute = new Compute(trainingEngine().name(), Threads.of(threads), Precision.FLOAT32);
        var config = FirstStep.config(samples.size(), compute).withActivations(activations);
        String what = "%s, %s, %d threads".formatted(definition.name(), activations, threads);
        try {
          var step = FirstStep.of(trainingEngine(), loss, config, weights, batch);
          has = true;
          List<float[]> all = new ArrayList<>(List.of(new float[] {(float) step.loss()}));
          all.addAll(step.gradients().values());
          expected.assertClose(all, what);
        } catch (UnsupportedLayerException e) {
          assertThat(e).hasMessageStartingWith("layer: ");
        }
      }
    }
    return has;
  }
}
