package io.diffusion4j.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnginesTest {
  private static final NetworkDefinition NETWORK =
      (nn, inputs) -> List.of(nn.output(nn.at("fc").linear(nn.input(inputs.floats("x", 16)), 16)));

  @Test
  void tensorFlowIsTheLastResort() {
    assertThat(Engines.all()).last().isInstanceOf(TensorFlowEngine.class);
    assertThat(Engines.names()).startsWith("auto").endsWith("tensorflow");
  }

  @Test
  void theOneThatIsAskedForRunsTheNetwork() {
    var compute = Compute.of(Precision.FLOAT32).withEngine("tensorflow");
    try (var network = new CompiledNetwork(NETWORK, RandomWeights.of(NETWORK, 1), compute)) {
      var batch = new Batch(1).floats("x", new float[16]);
      assertThat(network.run(batch).get(0)).hasSize(16);
      assertThat(network.trace(batch)).isNotEmpty();
    }
  }

  @Test
  void anotherNameIsRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> Engines.prefer("torch"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("engine: torch (expected: one of auto, ")
        .hasMessageContaining("tensorflow");
  }
}
