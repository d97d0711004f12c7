package io.diffusion4j.benchmarks.networks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;

/**
 * The operations in a call of a small decoder, counted. A change that needs more of them must
 * change these numbers. Times would depend on the machine.
 */
class CostGuardTest {
  /** Enough calls for the compiler to have seen them also on a busy machine. */
  private static final int CALLS = 400;

  private static final DecoderSubject XS = DecoderSubject.extraSmall();
  private static final int BATCH = 4;

  @Test
  void theGraphHasTheOperationsItHad() {
    assertThat(NetworkCost.of(XS.network()))
        .isEqualTo(new NetworkCost(38_094_848, 3_014_656, 9_363_552, 217_830, 1_557));
    assertThat(NetworkCost.of(XS.network(), Precision.BFLOAT16))
        .isEqualTo(new NetworkCost(38_094_848, 3_014_656, 8_133_664, 217_830, 1_760));
  }

  /** What TensorFlow's optimiser leaves of them; it fuses more where there is oneDNN. */
  @Test
  @EnabledOnOs(architectures = "amd64")
  void noMoreOperationsAreExecuted() {
    assertThat(Profile.of(XS, BATCH, Precision.FLOAT32).runs()).hasSizeLessThanOrEqualTo(974);
  }

  @Test
  void aCallAllocatesWhatItReadsAndAnswersAndLittleElse() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var queries = DecoderBenchmark.queries(XS, BATCH);
    try (var model = XS.loader().apply(Compute.of(Precision.FLOAT32))) {
      var denoiser = model.denoiser();
      long least = Long.MAX_VALUE;
      for (int i = 0; i < CALLS; i++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        denoiser.predict(queries);
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(least).isLessThanOrEqualTo(96_000);
    }
  }
}
