package io.diffusion4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The levels of a network are where its convolutions change the size of feature maps. */
class UnetLevelTest {
  private static final NetworkDefinition LITTLE =
      (nn, inputs) -> {
        Tensor x = nn.input(inputs.floats("x", 8, 8, 3));
        Tensor top = nn.at("in").conv2d(x, 16, 3);
        Tensor below = nn.at("down").conv2d(nn.averagePool(top), 32, 3);
        Tensor up = nn.at("up").conv2d(nn.upsampleNearest(below), 16, 3);
        Tensor joined = nn.concat(3, List.of(up, top));
        return List.of(nn.output(nn.at("out").conv2d(joined, 3, 3)));
      };

  @Test
  void aLittleUnetHasThreeLevelsAndAConnectionAcross() {
    assertThat(UnetLevel.of(Network.of(LITTLE)))
        .containsExactly(
            new UnetLevel(8, 8, 16, 1, 0, List.of()),
            new UnetLevel(4, 4, 32, 1, 0, List.of()),
            new UnetLevel(8, 8, 3, 2, 0, List.of(0)));
  }

  @Test
  void aNetworkWithoutConvolutionsHasNone() {
    NetworkDefinition dense =
        (nn, inputs) -> List.of(nn.output(nn.linear(nn.input(inputs.floats("x", 4)), 2)));
    assertThat(UnetLevel.of(Network.of(dense))).isEmpty();
  }
}
