package io.diffusion4j.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.denoiser.NativeOutOfMemoryException;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoMemoryTest {
  private static final int SIZE = 1 << 22;

  /** Sixteen megabytes for each row. */
  private static final NetworkDefinition LARGE =
      (nn, inputs) -> List.of(nn.oneHot(inputs.ints("id"), SIZE));

  private static final TensorSource NOTHING = new TensorMap();

  @Test
  void memoryThatIsNotThereIsToldAndTheNetworkLivesOn() {
    try (var network = new CompiledNetwork(LARGE, NOTHING, Compute.of(Precision.FLOAT32))) {
      int rows = 1 << 24; // a quarter of a petabyte
      assertThatThrownBy(() -> network.run(new Batch(rows).ints("id", new int[rows])))
          .isInstanceOf(NativeOutOfMemoryException.class)
          .hasMessage("batch: " + rows + " rows (expected: fewer, or more memory)");
      float[] expected = new float[SIZE];
      expected[3] = 1;
      assertThat(network.run(new Batch(1).ints("id", new int[] {3}))).containsExactly(expected);
    }
  }
}
