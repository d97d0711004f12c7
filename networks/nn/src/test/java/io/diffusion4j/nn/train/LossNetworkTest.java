package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LossNetworkTest {
  @Test
  void unequalBatchesCountByTheirRows() {
    var one = new LossNetwork.Value(1, Map.of("accuracy", 0.0), new float[] {10, 1}, List.of());
    var two =
        new LossNetwork.Value(4, Map.of("accuracy", 0.6), new float[] {20, 3, 30, 5}, List.of());

    var mean = LossNetwork.mean(List.of(one, two));

    assertThat(mean.loss()).isCloseTo(3, offset(1e-12));
    assertThat(mean.metrics().get("accuracy")).isCloseTo(0.4, offset(1e-12));
    assertThat(mean.perTimestep()).containsExactly(10, 1, 20, 3, 30, 5);
  }

  @Test
  void batchesWithoutTimestepsCountEqually() {
    var low = new LossNetwork.Value(1, Map.of(), new float[0], List.of());
    var high = new LossNetwork.Value(3, Map.of(), new float[0], List.of());

    assertThat(LossNetwork.mean(List.of(low, high)).loss()).isEqualTo(2);
  }
}
