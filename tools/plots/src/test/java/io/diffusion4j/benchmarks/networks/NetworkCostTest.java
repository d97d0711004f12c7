package io.diffusion4j.benchmarks.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Costs are counted, not guessed; the sizes S and M are those that other engines ran. */
class NetworkCostTest {
  @Test
  void aConvolutionCostsItsKernelAndInputChannelsForEachOutputValue() {
    NetworkDefinition network =
        (nn, inputs) -> {
          var x = nn.input(inputs.floats("x", 8, 8, 3));
          return List.of(nn.output(nn.at("conv").conv2d(x, 5, 3)));
        };
    assertThat(NetworkCost.of(network).flops()).isEqualTo(2 * (8 * 8 * 5) * (3 * 3 * 3));
    assertThat(NetworkCost.of(network).parameters()).isEqualTo(5 * 3 * 3 * 3 + 5);
  }

  @Test
  void bytesAreWhatEachOperationReadsAndWritesOfTheSample() {
    NetworkDefinition network =
        (nn, inputs) -> {
          var x = nn.input(inputs.floats("x", 8, 8, 3));
          return List.of(nn.output(nn.at("conv").conv2d(x, 5, 3)));
        };
    long in = 8 * 8 * 3;
    long out = 8 * 8 * 5;
    // The convolution and the addition of the bias; weights and bias are no sample's.
    assertThat(NetworkCost.of(network).bytes()).isEqualTo(4 * (in + out + out + out));
    // In bfloat16 the casts on both ends besides.
    assertThat(NetworkCost.of(network, Precision.BFLOAT16).bytes())
        .isEqualTo((4 + 2) * in + 2 * (in + out + out + out) + (2 + 4) * out);
  }

  @Test
  void aConvolutionOfStrideTwoCostsAQuarter() {
    NetworkDefinition network =
        (nn, inputs) -> {
          var x = nn.input(inputs.floats("x", 8, 8, 3));
          return List.of(nn.output(nn.at("conv").conv2d(x, 5, 3, 2, Init.FAN_IN)));
        };
    assertThat(NetworkCost.of(network).flops()).isEqualTo(2 * (4 * 4 * 5) * (3 * 3 * 3));
  }

  @Test
  void aDenseLayerCostsItsMatrixForEachPosition() {
    NetworkDefinition network =
        (nn, inputs) -> {
          var x = nn.input(inputs.floats("x", 7, 4));
          return List.of(nn.output(nn.at("dense").linear(x, 6)));
        };
    assertThat(NetworkCost.of(network).flops()).isEqualTo(2 * 7 * (4 * 6));
  }

  @Test
  void attentionCostsTwoProductsOfAllQueriesWithAllKeys() {
    NetworkDefinition network =
        (nn, inputs) -> {
          var q = nn.input(inputs.floats("q", 5, 8));
          var k = nn.input(inputs.floats("k", 9, 8));
          return List.of(nn.output(nn.attention(q, k, k, 2, List.of())));
        };
    assertThat(NetworkCost.of(network).attentionFlops()).isEqualTo(2 * 2 * (5 * 9 * 8));
    assertThat(NetworkCost.of(network).flops()).isZero();
  }

  @Test
  void sizeSCostsWhatIsPublishedForIt() {
    var cost = NetworkCost.of(DecoderSubject.small().network());
    assertThat(cost.flops() / 1e9).isCloseTo(5.14, within(0.01));
    assertThat(cost.parameters() / 1e6).isCloseTo(19.1, within(0.1));
  }

  @Test
  void sizeMCostsWhatIsPublishedForIt() {
    var cost = NetworkCost.of(DecoderSubject.medium().network());
    assertThat(cost.flops() / 1e9).isCloseTo(72.7, within(0.1));
    assertThat(cost.parameters() / 1e6).isCloseTo(108, within(0.5));
  }
}
