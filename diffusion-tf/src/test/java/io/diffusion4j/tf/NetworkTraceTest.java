package io.diffusion4j.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.tf.NetworkTrace.Node;
import io.diffusion4j.tf.nn.Layer;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkTraceTest {
  @Test
  void aNetworkIsWrittenDownInLayersThatComeAfterTheirInputs() {
    var trace =
        NetworkTrace.of(
            (nn, inputs) -> {
              var x = nn.input(inputs.floats("x", 8, 8, 4));
              var h = nn.at("norm").groupNormSilu(x, 2, 1e-5);
              h = nn.at("block").at("conv").conv2d(h, 4, 3);
              return List.of(nn.output(nn.add(x, h)));
            });
    assertThat(trace.nodes())
        .containsExactly(
            new Node(new Layer.Input("x", false), List.of(), List.of(8L, 8L, 4L)),
            new Node(
                new Layer.GroupNorm("norm.weight", "norm.bias", 2, 1e-5, true),
                List.of(0),
                List.of(8L, 8L, 4L)),
            new Node(
                new Layer.Conv2d("block.conv.weight", "block.conv.bias", 4, 4, 3, 1),
                List.of(1),
                List.of(8L, 8L, 4L)),
            new Node(new Layer.Add(), List.of(0, 2), List.of(8L, 8L, 4L)));
    assertThat(trace.outputs()).containsExactly(3);
    assertThat(trace.parameters())
        .containsOnlyKeys("norm.weight", "norm.bias", "block.conv.weight", "block.conv.bias");
  }

  /** A dense layer reshapes before and after; who reads the trace sees the layer. */
  @Test
  void aLayerIsToldAsAWhole() {
    var trace =
        NetworkTrace.of(
            (nn, inputs) ->
                List.of(nn.output(nn.at("fc").linear(nn.input(inputs.floats("x", 5, 16)), 32))));
    assertThat(trace.nodes())
        .extracting(Node::layer)
        .containsExactly(
            new Layer.Input("x", false), new Layer.Linear("fc.weight", "fc.bias", 16, 32));
  }

  @Test
  void whatIsNotInTheVocabularyIsNamed() {
    assertThatThrownBy(
            () -> NetworkTrace.of((nn, inputs) -> List.of(nn.tf().math.cos(inputs.floats("x", 4)))))
        .isInstanceOf(UnsupportedLayerException.class)
        .hasMessageStartingWith("layer: Cos (");
  }
}
