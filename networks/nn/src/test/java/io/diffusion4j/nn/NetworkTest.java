package io.diffusion4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.nn.Network.Node;
import io.diffusion4j.nn.Tensor.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkTest {
  private static Tensor image(int node, Role role) {
    return new Tensor(node, List.of(Tensor.BATCH, 8L, 8L, 4L), role);
  }

  @Test
  void aNetworkIsRecordedInLayersThatComeAfterTheirInputs() {
    var network =
        Network.of(
            (nn, inputs) -> {
              var x = nn.input(inputs.floats("x", 8, 8, 4));
              var h = nn.at("norm").groupNormSilu(x, 2, 1e-5);
              h = nn.at("block").at("conv").conv2d(h, 4, 3);
              return List.of(nn.output(nn.add(x, h)));
            });
    var x = image(0, Role.ACTIVATIONS);
    var h = image(1, Role.ACTIVATIONS);
    var y = image(2, Role.ACTIVATIONS);
    assertThat(network.nodes())
        .containsExactly(
            new Node(new Layer.Input("x"), List.of(), image(0, Role.NUMBERS)),
            new Node(new Layer.GroupNorm("norm.weight", "norm.bias", 2, 1e-5, true), List.of(x), h),
            new Node(
                new Layer.Conv2d("block.conv.weight", "block.conv.bias", 4, 4, 3, 1, 1, 1),
                List.of(h),
                y),
            new Node(new Layer.Combine(Operation.ADD), List.of(x, y), image(3, Role.ACTIVATIONS)));
    assertThat(network.outputs()).containsExactly(image(3, Role.NUMBERS));
    assertThat(network.parameters())
        .containsOnlyKeys("norm.weight", "norm.bias", "block.conv.weight", "block.conv.bias");
  }

  /** A dense layer over a sequence is one layer, however an engine reshapes it. */
  @Test
  void aLayerIsRecordedAsAWhole() {
    var network =
        Network.of(
            (nn, inputs) ->
                List.of(nn.output(nn.at("fc").linear(nn.input(inputs.floats("x", 5, 16)), 32))));
    assertThat(network.nodes())
        .extracting(Node::layer)
        .containsExactly(new Layer.Input("x"), new Layer.Linear("fc.weight", "fc.bias", 16, 32));
  }

  @Test
  void layersThatNoOutputDependsOnAreLeftOut() {
    var network =
        Network.of(
            (nn, inputs) -> {
              var x = inputs.floats("x", 3);
              nn.map(Function.EXP, x);
              return List.of(nn.map(Function.SQUARE, x));
            });
    assertThat(network.nodes())
        .extracting(Node::layer)
        .containsExactly(new Layer.Input("x"), new Layer.Apply(Function.SQUARE));
  }

  @Test
  void shapesThatDoNotFitAreRefusedWhereTheyMeet() {
    assertThatThrownBy(
            () ->
                Network.of(
                    (nn, inputs) -> {
                      var sum = nn.at("sum").add(inputs.floats("x", 3), inputs.floats("y", 4));
                      return List.of(sum);
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sum: shape: [-1, 4] (expected: one that broadcasts with [-1, 3])");
  }

  @Test
  void activationsAreNoOutput() {
    assertThatThrownBy(
            () -> Network.of((nn, inputs) -> List.of(nn.silu(nn.input(inputs.floats("x", 3))))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("output: ACTIVATIONS (expected: NUMBERS)");
  }

  @Test
  void numbersAreNoActivations() {
    assertThatThrownBy(
            () -> Network.of((nn, inputs) -> List.of(nn.linear(inputs.floats("x", 3), 2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("role: NUMBERS (expected: ACTIVATIONS)");
  }
}
