package io.diffusion4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.denoiser.Perturbation;
import io.diffusion4j.diffusion.denoiser.Perturbation.Part;
import io.diffusion4j.nn.weights.Init;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The choice of layers, by their factors; the engines' tests compare numbers. */
class PerturbedNetworkTest {
  private static final int WIDTH = 2;

  /** Attention of 4, 2, 2 and 4 tokens, as in a U-Net, and one to another sequence. */
  private static List<Tensor> define(Nn nn, Inputs inputs) {
    var x = nn.input(inputs.floats("x", 4, WIDTH));
    var text = nn.input(inputs.floats("text", 3, WIDTH));
    var h = block(nn.at("a"), x);
    var one = nn.slice(h, 1, 0, 2);
    one = block(nn.at("c"), block(nn.at("b"), one));
    h = nn.attention(h, text, text, 1, List.of());
    return List.of(nn.output(block(nn.at("d"), nn.add(h, nn.concat(1, List.of(one, one))))));
  }

  private static Tensor block(Nn nn, Tensor x) {
    var v = nn.linearNoBias(x, WIDTH, Init.FAN_IN);
    return nn.block(x, nn.add(x, nn.selfAttention(x, x, v, 1, List.of())));
  }

  private static final PerturbedNetwork NETWORK =
      PerturbedNetwork.of(PerturbedNetworkTest::define).orElseThrow();

  @Test
  void eachSelfAttentionAndItsBlockHaveAnInput() {
    assertThat(PerturbedNetwork.attentions(PerturbedNetworkTest::define)).isEqualTo(4);
    assertThat(NETWORK.network().inputs().keySet())
        .containsExactlyInAnyOrder(
            "x",
            "text",
            "attention 0",
            "block 0",
            "attention 1",
            "block 1",
            "attention 2",
            "block 2",
            "attention 3",
            "block 3");
    var plain = Network.of(PerturbedNetworkTest::define);
    assertThat(NETWORK.network().parameters().keySet()).isEqualTo(plain.parameters().keySet());
    assertThat(plain.inputs().keySet()).containsExactlyInAnyOrder("x", "text");
  }

  @Test
  void theMiddleOneOfThoseWithTheFewestTokensIsTheDefault() {
    assertThat(leftOut(new Perturbation(Part.ATTENTION, List.of()))).containsExactly("attention 1");
    assertThat(leftOut(new Perturbation(Part.BLOCK, List.of()))).containsExactly("block 1");
    assertThat(leftOut(new Perturbation(Part.BLOCK, List.of(3, 0))))
        .containsExactlyInAnyOrder("block 0", "block 3");
  }

  @Test
  void unknownLayersAreRefused() {
    assertThatThrownBy(() -> leftOut(new Perturbation(Part.ATTENTION, List.of(1, 4))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("guider: layers=4 (expected: some of [0, 1, 2, 3])");
  }

  @Test
  void aNetworkWithoutSelfAttentionHasNone() {
    NetworkDefinition dense =
        (nn, inputs) -> List.of(nn.output(nn.linear(nn.input(inputs.floats("x", 4)), 2)));
    assertThat(PerturbedNetwork.of(dense)).isEmpty();
    assertThat(PerturbedNetwork.attentions(dense)).isZero();
  }

  /** Returns the inputs whose replacement has the factor 1, in both rows. */
  private static Set<String> leftOut(Perturbation perturbation) {
    var given = new Batch(2).floats("x", new float[16]).floats("text", new float[12]);
    Batch batch = NETWORK.batch(given, perturbation);
    batch.requireOnly(NETWORK.network().inputs().keySet());
    return NETWORK.choices().stream()
        .map(PerturbedNetwork.Choice::input)
        .filter(
            input -> {
              float[] factors = batch.floats(input, 2 * WIDTH);
              float out = factors[WIDTH];
              float in = 1 - out;
              assertThat(factors).containsExactly(in, in, out, out, in, in, out, out);
              return out == 1;
            })
        .collect(Collectors.toSet());
  }
}
