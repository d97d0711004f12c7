package io.diffusion4j.nn.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.LayerCases;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.EngineUnavailableException;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.reference.Interpreter;
import io.diffusion4j.nn.reference.Oracle;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Exact products in plain Java, as no library for them is on this module's class path. */
class PlainExactTest implements ExactContract {
  private static final Compute EXACT = Compute.of(Precision.EXACT);

  private static Network linear() {
    return Network.of(
        (nn, inputs) -> List.of(nn.output(nn.linear(nn.input(inputs.floats("x", 3)), 1))));
  }

  @Test
  void theEngineIsChosenForTheFormatAndHasNoName() {
    assertThat(Engines.names()).doesNotContain("exact");
    assertThat(Engines.has(EXACT)).isTrue();
    assertThat(Engines.arithmetic(EXACT)).hasValue("exact"); // whatever the threads
    assertThat(Engines.has(Compute.of(Precision.FLOAT32))).isFalse();
  }

  @Test
  void attentionOfMoreQueriesThanABlockHasIsWhatItsDefinitionSays() {
    int heads = 2;
    var network =
        Network.of(
            (nn, inputs) -> {
              var x = nn.input(inputs.floats("x", 9000, heads * 16L));
              var tokens = nn.input(inputs.floats("tokens", 8, heads * 16L)); // fewer than channels
              return List.of(nn.output(nn.attention(x, tokens, tokens, heads, List.of())));
            });
    var weights = LayerCases.weights(network);
    var batch = LayerCases.batch(network, 1).rows(0, 1);
    var evaluation =
        new Interpreter(network, Set.of()).evaluate(batch, Oracle.parameters(network, weights));
    try (var compiled = new ExactEngine().compile(network, weights, EXACT)) {
      double[] expected = evaluation.value(network.outputs().get(0));
      Oracle.assertClose(compiled.run(batch).get(0), expected, tolerance());
    }
  }

  @Test
  void gradientsAreRefused() {
    var network = linear();
    var weights = LayerCases.weights(network);
    assertThatThrownBy(() -> Engines.compileWithGradient(network, "x", weights, EXACT))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageStartingWith("precision: exact: no engine has it here (exact: ")
        .hasMessageContaining("gradients by inputs");
  }

  @Test
  void anInfiniteActivationIsRefusedAndTheNextBatchRuns() {
    var network = linear();
    try (var compiled = new ExactEngine().compile(network, LayerCases.weights(network), EXACT)) {
      for (float infinite : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
        var batch = new Batch(1).floats("x", new float[] {1, infinite, 2});
        assertThatThrownBy(() -> compiled.run(batch))
            .hasMessageEndingWith("(expected: a finite number, in exact products)");
      }
      var zeros = new Batch(2).floats("x", new float[6]);
      assertThat(compiled.run(zeros).get(0)).hasSize(2).doesNotContain(Float.NaN);
    }
  }
}
