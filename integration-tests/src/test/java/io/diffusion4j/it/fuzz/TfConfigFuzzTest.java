package io.diffusion4j.it.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.diffusion4j.distributed.ClusterSpec;
import org.junit.jupiter.api.Tag;

/** Any text is a cluster, none, or refused by an {@link IllegalArgumentException}. */
@Tag("fuzz")
final class TfConfigFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void isReadOrRefused(FuzzedDataProvider data) {
    try {
      ClusterSpec.ofTfConfig(data.consumeRemainingAsString());
    } catch (IllegalArgumentException e) {
      // the error for other texts
    }
  }
}
