package io.diffusion4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.nn.weights.Init;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class QuantisedLayersTest {
  private static final double EPS = 1e-5;

  /** Returns the weights of the chosen layers. */
  private static Stream<String> chosen(NetworkDefinition definition) {
    var network = Network.of(definition);
    return QuantisedLayers.of(network).stream()
        .map(n -> network.nodes().get(n).layer().parameters().get(0));
  }

  @Test
  void convolutionsBetweenActivationsAreChosenButNotTheFirstTheLastAndTheShortcut() {
    NetworkDefinition unet =
        (nn, inputs) -> {
          var x = nn.concat(3, List.of(inputs.floats("x", 8, 8, 3), inputs.floats("low", 8, 8, 3)));
          var time = nn.silu(nn.at("time").linear(nn.input(inputs.floats("t", 4)), 16));
          var in = nn.at("in").conv2d(nn.input(x), 16, 3);
          var h = nn.at("norm1").groupNormSilu(in, 4, EPS);
          h = nn.at("conv1").conv2d(nn.averagePool(h), 16, 3);
          h = nn.add(h, nn.reshape(nn.at("emb").linear(time, 16), -1, 1, 1, 16));
          h = nn.at("conv2").conv2d(nn.at("norm2").groupNormSilu(h, 4, EPS), 16, 3);
          h = nn.concat(3, List.of(nn.upsampleNearest(h), in));
          h = nn.add(nn.at("shortcut").conv2d(h, 16, 1), in);
          h = nn.at("down").conv2d(nn.averagePool(h), 16, 3);
          h = nn.at("norm3").groupNormSilu(h, 4, EPS);
          return List.of(nn.output(nn.at("out").conv2d(h, 3, 3)));
        };
    assertThat(chosen(unet)).containsExactly("conv1.weight", "conv2.weight");
  }

  @Test
  void productsOfATransformerAreChosenButNotProjectionsOfInputs() {
    NetworkDefinition transformer =
        (nn, inputs) -> {
          var text = nn.at("text").linear(nn.input(inputs.floats("text", 6, 24)), 16);
          var time = nn.at("time").linear(nn.input(inputs.floats("t", 4)), 16);
          var tokens = nn.concat(1, List.of(text, nn.reshape(time, -1, 1, 16)));
          var places = nn.learned("places", Init.normal(1), 7, 16);
          var h = nn.add(tokens, places);
          var n = nn.at("norm1").layerNorm(h, EPS);
          var mixed =
              nn.attention(
                  nn.at("q").linear(n, 16),
                  nn.at("k").linear(n, 16),
                  nn.at("v").linear(n, 16),
                  2,
                  List.of());
          h = nn.add(h, nn.at("o").linear(mixed, 16));
          var up = nn.gelu(nn.at("up").linear(nn.at("norm2").layerNorm(h, EPS), 32));
          h = nn.at("norm3").layerNorm(nn.add(h, nn.at("down").linear(up, 16)), EPS);
          return List.of(nn.output(nn.at("end").linear(nn.position(h, 6), 24)));
        };
    assertThat(chosen(transformer))
        .containsExactly(
            "q.weight", "k.weight", "v.weight", "o.weight", "up.weight", "down.weight");
  }
}
