package io.diffusion4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two models in one process that compute by different engines, threads and number formats. */
class TwoModelsTest {
  private static final int WIDTH = 32;
  private static final Compute NARROW = new Compute("onednn", Threads.of(3), Precision.BFLOAT16);
  private static final Compute WIDE = new Compute("tensorflow", Threads.of(1), Precision.FLOAT32);

  private static final NetworkDefinition NETWORK =
      (nn, inputs) -> {
        var h = nn.at("a").linear(nn.input(inputs.floats("x", 4, WIDTH)), WIDTH);
        return List.of(nn.output(nn.at("b").linear(nn.silu(h), WIDTH)));
      };

  private static final Objective OBJECTIVE =
      (nn, inputs) -> {
        var output = NETWORK.define(nn, inputs).get(0);
        return Objective.Loss.of(nn.mean(nn.multiply(output, output), 0, 1, 2));
      };

  @BeforeEach
  void isAvailable() {
    assumeThat(new OneDnnEngine().unavailable(Precision.BFLOAT16)).isEmpty();
  }

  private static Batch batch() {
    float[] x = new float[2 * 4 * WIDTH];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(i);
    }
    return new Batch(2).floats("x", x);
  }

  private static Set<Thread> team() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("onednn-"))
        .collect(Collectors.toSet());
  }

  @Test
  void runAtTheSameTimeEachInItsWay() {
    var weights = RandomWeights.of(NETWORK, 1);
    var before = team();
    try (var narrow = new CompiledNetwork(NETWORK, weights, NARROW);
        var wide = new CompiledNetwork(NETWORK, weights, WIDE)) {
      var own = new HashSet<>(team());
      own.removeAll(before);
      assertThat(own).hasSize(NARROW.threads().count());
      assertThat(wide.trace(batch())).isNotEmpty();
      assertThatThrownBy(() -> narrow.trace(batch())).isInstanceOf(IllegalStateException.class);

      float[] exact = wide.run(batch()).get(0);
      float[] rounded = narrow.run(batch()).get(0);
      assertThat(rounded).isNotEqualTo(exact);
      for (int i = 0; i < exact.length; i++) {
        assertThat(rounded[i]).isCloseTo(exact[i], within(0.02f));
      }
      IntStream.range(0, 20)
          .mapToObj(
              i ->
                  CompletableFuture.runAsync(
                      () -> {
                        var network = i % 2 == 0 ? narrow : wide;
                        assertThat(network.run(batch()).get(0))
                            .isEqualTo(i % 2 == 0 ? rounded : exact);
                      }))
          .toList()
          .forEach(CompletableFuture::join);
    }
  }

  @Test
  void trainAtTheSameTimeEachInItsWay() {
    var config = TrainingConfig.of(10, 2, 1e-3, 1);
    var before = team();
    try (var narrow =
            new Trainer(OBJECTIVE, config.withCompute(NARROW.withThreads(Threads.of(2))));
        var wide = new Trainer(OBJECTIVE, config.withCompute(WIDE))) {
      var own = new HashSet<>(team());
      own.removeAll(before);
      assertThat(own).hasSize(2);
      for (int step = 0; step < 3; step++) {
        var rounded = narrow.step(batch());
        var exact = wide.step(batch());
        assertThat(rounded.loss()).isNotEqualTo(exact.loss()).isCloseTo(exact.loss(), within(0.01));
      }
    }
  }
}
