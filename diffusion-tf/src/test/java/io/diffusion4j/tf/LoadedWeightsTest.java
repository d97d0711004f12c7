package io.diffusion4j.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;

class LoadedWeightsTest {
  @Test
  void whatIsMissingUnusedOrOfAnotherShapeIsReportedAtOnce() {
    var tensors =
        new TensorMap(Path.of("memory"), Map.of())
            .put("conv.weight", new long[] {1, 1, 3, 3}, new float[9])
            .put("conv.bias", new long[] {2}, new float[2])
            .put("left.over", new long[] {2, 3}, new float[6]);
    var network =
        Network.of(
            (nn, inputs) -> {
              var x = nn.input(inputs.floats("x", 4, 4, 1));
              var y = nn.at("conv").conv2d(x, 1, 3);
              return List.of(nn.output(nn.at("norm").groupNorm(y, 1, 1e-5)));
            });
    assertThatThrownBy(() -> network.requireFits(tensors))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            """
            memory: 4 tensors do not fit the network
              shape of conv.bias: [2] (expected: [1])
              missing: norm.weight [1]
              missing: norm.bias [1]
              unused: left.over [2, 3]\
            """);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, 1000", "FLOAT32, 1", "BFLOAT16, 1000", "BFLOAT16, 1"})
  void frozenWeightsAndFedOnesComputeTheSame(Precision precision, long freezeBelow) {
    var tensors =
        new TensorMap()
            .put("weight", new long[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6})
            .put("bias", new long[] {2}, new float[] {0.5f, -0.5f});
    try (var graph = new Graph()) {
      var weights = LoadedWeights.from(tensors, freezeBelow);
      var network =
          Network.of(
              (nn, inputs) -> {
                var x = nn.input(nn.constant(new float[] {1, 0, 2}, 1, 3));
                return List.of(nn.output(nn.linear(x, 2)));
              });
      var y =
          NetworkGraph.build(graph, network, weights, precision, Purpose.INFERENCE)
              .outputs()
              .get(0);
      try (var session = Sessions.open(graph);
          var fed = weights.load()) {
        for (int run = 0; run < 2; run++) {
          var runner = session.runner().fetch(y);
          fed.feed(runner);
          try (var result = runner.run()) {
            assertThat(Tensors.floats(result.get(0))).containsExactly(7.5f, 15.5f);
          }
        }
      }
    }
  }

  @Test
  void aLargeTableIsFedBesideFrozenWeights() {
    int rows = 20;
    float[] table = new float[3 * rows];
    for (int i = 0; i < table.length; i++) {
      table[i] = i;
    }
    var tensors =
        new TensorMap()
            .put("table.weight", new long[] {rows, 3}, table)
            .put("weight", new long[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6})
            .put("bias", new long[] {2}, new float[] {0.5f, -0.5f});
    try (var graph = new Graph()) {
      var weights = LoadedWeights.from(tensors, 1000);
      var network =
          Network.of(
              (nn, inputs) -> {
                var id = nn.constant(new int[] {2}, 1);
                var row = nn.at("table").embedding(id, rows, 3, Init.ZEROS);
                return List.of(nn.output(nn.linear(row, 2)));
              });
      var y =
          NetworkGraph.build(graph, network, weights, Precision.FLOAT32, Purpose.INFERENCE)
              .outputs()
              .get(0);
      assertThat(graph.operation("table.weight").type()).isEqualTo("Placeholder");
      assertThat(graph.operation("weight").type()).isEqualTo("Const");
      try (var session = Sessions.open(graph);
          var fed = weights.load()) {
        var runner = session.runner().fetch(y);
        fed.feed(runner);
        try (var result = runner.run()) {
          assertThat(Tensors.floats(result.get(0))).containsExactly(44.5f, 106.5f);
        }
      }
    }
  }

  @Test
  void bfloat16RoundsToTheNearestAndTiesToTheEven() {
    float[] values = {
      1.0f,
      1 + 0x1p-8f, // a tie, the lower neighbour is even
      1 + 3 * 0x1p-8f, // a tie, the upper neighbour is even
      1 + 0x1.8p-8f,
      -(1 + 3 * 0x1p-8f),
      0f,
      Float.POSITIVE_INFINITY,
      Float.intBitsToFloat(0x7f800001), // a NaN that lies in the low bits only
      Float.MAX_VALUE
    };
    float[] expected = {
      1.0f,
      1.0f,
      1 + 0x1p-6f,
      1 + 0x1p-7f,
      -(1 + 0x1p-6f),
      0f,
      Float.POSITIVE_INFINITY,
      Float.NaN,
      Float.POSITIVE_INFINITY
    };
    try (var tensor = Tensors.bfloat16(values, values.length)) {
      short[] bits = new short[values.length];
      tensor.asRawTensor().data().asShorts().read(bits);
      float[] back = new float[bits.length];
      for (int i = 0; i < bits.length; i++) {
        back[i] = Float.intBitsToFloat(bits[i] << 16);
      }
      assertThat(back).containsExactly(expected);
    }
  }
}
