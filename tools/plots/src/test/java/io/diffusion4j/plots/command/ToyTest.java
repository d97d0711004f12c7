package io.diffusion4j.plots.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToyTest {
  @Test
  void theDrawingsAreWrittenAndTheSameSeedGivesTheSame(@TempDir Path folder) throws IOException {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    for (Path output : List.of(one, two)) {
      Run run =
          Run.of(
              "toy",
              "--points",
              "moons",
              "--sampler",
              "ddim,ode-rk4",
              "--steps",
              "5",
              "--count",
              "20",
              "--training-steps",
              "20",
              "--output",
              output.toString());
      assertThat(run.status()).as(run.err()).isZero();
    }
    for (String file :
        List.of(
            "forward.png",
            "forward.svg",
            "forward.gif",
            "score.png",
            "score.svg",
            "estimates.png",
            "estimates.svg",
            "samplers.png",
            "samplers.svg",
            "samplers.gif")) {
      assertThat(one.resolve(file)).isNotEmptyFile();
      assertThat(Files.readAllBytes(one.resolve(file)))
          .isEqualTo(Files.readAllBytes(two.resolve(file)));
    }
  }

  @Test
  void badInputGetsOneClearErrorAndNothingIsWritten(@TempDir Path folder) {
    Path output = folder.resolve("toy");
    for (List<String> bad :
        List.of(
            List.of("--points", "trex", "points: trex (expected: one of dino, mixture, moons"),
            List.of("--sampler", "ddpm,x", "sampler: x (expected: one of "),
            List.of("--schedule", "flat", "schedule: flat (expected: one of "),
            List.of("--steps", "1001", "steps: 1001 (expected: 1 to 1000)"),
            List.of("--count", "0", "count: 0 (expected: ≥ 1)"),
            List.of("--training-steps", "0", "steps: 0 (expected: ≥ 1)"))) {
      Run run = Run.of("toy", "--output", output.toString(), bad.get(0), bad.get(1));
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).contains(bad.get(2)).hasLineCount(1);
      assertThat(output).doesNotExist();
    }
  }
}
