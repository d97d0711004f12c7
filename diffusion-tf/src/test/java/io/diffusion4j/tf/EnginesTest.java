package io.diffusion4j.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

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
  void eightBitProductsAreNotLeftToTensorFlow() {
    var weights = RandomWeights.of(NETWORK, 1);
    var compute = Compute.of(Precision.INT8);
    assertThatThrownBy(
            () -> new CompiledNetwork(NETWORK, weights, compute.withEngine("tensorflow")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("engine: tensorflow: TensorFlow computes in float32 and bfloat16");
    assumeThat(Engines.all()).hasSize(1);
    assertThatThrownBy(() -> new CompiledNetwork(NETWORK, weights, compute))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "precision: int8: no engine has it here (tensorflow: TensorFlow computes in float32 and"
                + " bfloat16)");
  }

  @Test
  void gradientsAreInFloatingPoint() {
    NetworkDefinition sum =
        (nn, inputs) -> List.of(nn.output(nn.at("fc").linear(nn.input(inputs.floats("x", 16)), 1)));
    var weights = RandomWeights.of(sum, 1);
    try (var network =
        CompiledNetwork.withGradient(sum, "x", weights, Compute.of(Precision.INT8))) {
      assertThat(network.run(new Batch(1).floats("x", new float[16])).get(1))
          .containsExactly(weights.read("fc.weight"), within(1e-2f));
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
