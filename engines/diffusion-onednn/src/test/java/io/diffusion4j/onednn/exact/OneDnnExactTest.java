package io.diffusion4j.onednn.exact;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.nn.exact.ExactContract;
import io.diffusion4j.nn.exact.KnownBits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exact products by oneDNN, with fewer instructions too, each in a process of its own. */
class OneDnnExactTest implements ExactContract {
  @ParameterizedTest
  @ValueSource(
      strings = {"SSE41", "AVX2", "AVX2_VNNI", "AVX512_CORE", "AVX512_CORE_VNNI", "DEFAULT"})
  void networksHaveTheSameBitsWithTheseInstructions(String most)
      throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            KnownBits.class.getName());
    builder.environment().put("ONEDNN_MAX_CPU_ISA", most);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    var process = builder.start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).isZero();
    assertThat(printed).isEqualTo(KnownBits.EVERYWHERE);
  }
}
