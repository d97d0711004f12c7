package io.diffusion4j.it.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import io.diffusion4j.cli.Run;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Benchmarks that cannot be are refused before they begin. */
class BenchInputTest {
  @ParameterizedTest
  @CsvSource({
    "'bench --steps 1,2', 'steps: [1, 2] (expected: three numbers ≥ 1)'",
    "'bench samplers --steps 5,0', 'steps: [5, 0] (expected: numbers ≥ 1)'",
    "'bench server --steps 1,2', 'steps: [1, 2] (expected: three numbers ≥ 1)'",
    "bench memory --steps 9, steps: 9 (expected: ≥ 10)",
    "bench memory --batch 0, batch: 0 (expected: ≥ 1)",
    "bench server --images 0, images: 0 (expected: ≥ 1)",
    "bench server --rounds 0, rounds: 0 (expected: ≥ 1)",
    "bench server --steady -1, steady: -1 (expected: ≥ 0)",
    "bench samplers --output curve.pdf, 'output: curve.pdf (expected: a name that ends in .png or"
        + " .svg)'"
  })
  void aMeasurementThatCannotBeIsRefusedAtOnce(String line, String message) {
    Run run = Run.of(Splitter.on(' ').splitToList(line).toArray(String[]::new));
    assertThat(run.err()).isEqualTo("error: " + message + System.lineSeparator());
    assertThat(run.out()).isEmpty();
    assertThat(run.status()).isEqualTo(2);
  }
}
