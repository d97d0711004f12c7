package io.diffusion4j.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.denoiser.NoMemoryException;
import io.diffusion4j.tf.nn.NamedTensors;
import io.diffusion4j.tf.nn.Precision;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NoMemoryTest {
  /** As many zeros as it is asked for. */
  private static final Network ZEROS =
      (nn, inputs) -> {
        var dims = nn.reshape(inputs.ints("dims", 3), 3);
        return List.of(nn.tf().fill(dims, nn.tf().constant(0f)));
      };

  private static final NamedTensors NOTHING =
      new NamedTensors() {
        @Override
        public String origin() {
          return "nothing";
        }

        @Override
        public Set<String> names() {
          return Set.of();
        }

        @Override
        public long[] shape(String name) {
          throw new NoSuchElementException(name);
        }

        @Override
        public float[] read(String name) {
          throw new NoSuchElementException(name);
        }
      };

  @Test
  void memoryThatIsNotThereIsToldAndTheNetworkLivesOn() {
    try (var network = new CompiledNetwork(ZEROS, NOTHING, Precision.FLOAT32)) {
      int[] exabytes = {1, 1 << 29, 1 << 29};
      assertThatThrownBy(() -> network.run(new Batch(1).ints("dims", exabytes)))
          .isInstanceOf(NoMemoryException.class)
          .hasMessage("batch: 1 rows (expected: fewer, or more memory)");
      assertThat(network.run(new Batch(1).ints("dims", new int[] {1, 2, 2})))
          .containsExactly(new float[4]);
    }
  }
}
