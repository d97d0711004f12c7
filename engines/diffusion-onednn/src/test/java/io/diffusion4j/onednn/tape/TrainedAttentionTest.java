package io.diffusion4j.onednn.tape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.nn.Layer;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Natives;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.core.WorkerPool;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** oneDNN has fast code for attention with every mask; its reference code took most of a step. */
final class TrainedAttentionTest {
  private static final int SAMPLES = 3;
  private static final int TOKENS = 32;
  private static final int CHANNELS = 128;
  private static final int HEADS = 4;

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, false, false",
    "FLOAT32, false, true",
    "FLOAT32, true, false",
    "FLOAT32, true, true",
    "BFLOAT16, false, false",
    "BFLOAT16, false, true",
    "BFLOAT16, true, false",
    "BFLOAT16, true, true"
  })
  void noMaskNeedsReferenceCode(Precision precision, boolean isCausal, boolean hides) {
    assumeTrue(Natives.fast(precision));
    try (var scope = new Scope()) {
      var implementations =
          WorkerPool.of(Threads.of(1))
              .call(() -> implementations(scope, precision, isCausal, hides));
      assertThat(implementations)
          .isNotEmpty()
          .noneMatch(implementation -> implementation.startsWith("ref"));
    }
  }

  private static List<String> implementations(
      Scope scope, Precision precision, boolean isCausal, boolean hides) {
    var kernels = new TapeKernels(scope);
    var type = DataType.of(precision);
    var tape =
        new Tape(
            kernels,
            type,
            SAMPLES,
            key -> {
              throw new IllegalArgumentException("key: " + key + " (expected: none)");
            });
    var x = Activation.of(kernels, type, SAMPLES, 1, TOKENS, CHANNELS, true);
    var mask = new AttentionMask(TOKENS, TOKENS);
    if (isCausal) {
      float[] logits = new float[TOKENS * TOKENS];
      logits[1] = -1e4f;
      mask.add(new Layer.Constant(logits));
    }
    if (hides) {
      var present = Activation.constant(kernels, DataType.FLOAT32, SAMPLES, 1, 1, TOKENS);
      mask.add(new Layer.Hide(-1e4f, 0), present);
    }
    new TrainedAttention(tape, HEADS).forward(x, x, x, Optional.of(mask.forward(tape)));
    return kernels.implementations();
  }
}
