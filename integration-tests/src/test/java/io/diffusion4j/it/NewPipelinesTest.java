package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenRoots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pipelines that nobody has seen before: made and drawn by diffusers with a new seed in every run.
 *
 * <p>Needs a {@code python3} with PyTorch, and a source tree of diffusers in the environment
 * variable {@code DIFFUSERS}.
 */
class NewPipelinesTest {
  private static final String TREE = "DIFFUSERS";

  @TempDir Path folder = Path.of("");

  @Test
  void foldersOfANewSeedDrawWhatTheirPipelinesDrew(TestReporter reporter)
      throws IOException, InterruptedException {
    String tree = System.getenv().getOrDefault(TREE, "");
    assumeTrue(!tree.isEmpty(), TREE + ": not set (expected: a source tree of diffusers)");
    List<String> pythons = new ArrayList<>();
    for (String python : List.of("python3", "/usr/bin/python3")) {
      if (run(List.of(python, "-c", "import numpy, PIL, torch")) == 0) {
        pythons.add(python);
      }
    }
    assumeTrue(!pythons.isEmpty(), "python3: without torch, numpy or PIL (expected: all of them)");

    String seed = String.valueOf(ThreadLocalRandom.current().nextInt(1_000_000));
    reporter.publishEntry("seed", seed);
    Path root = folder.resolve("root");
    Path script = GoldenRoots.shipped().folders().get(0).resolveSibling("generate/generate.py");
    var command = new ArrayList<>(List.of(pythons.get(0), script.toString(), "--seed", seed));
    command.addAll(List.of("--out", root.toString(), "--diffusers", tree));
    command.addAll(List.of("--families", "ddpm:3,dit:2,unclip:1,kandinsky:1"));
    assertThat(run(command)).as("%s", output()).isZero();

    List<GoldenCase> cases = new GoldenRoots(List.of(root)).cases(GoldenKind.PIPELINE);
    assertThat(cases).hasSize(7);
    for (GoldenCase golden : cases) {
      assertThat(PipelineParityTest.worst(golden))
          .as("%s of seed %s", golden, seed)
          .isLessThan(PipelineParityTest.TOLERANCE);
    }
  }

  /** The exit status of a command; that of a command that is not there is 127, as in a shell. */
  private int run(List<String> command) throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(Stream.concat(Stream.of("/usr/bin/env"), command.stream()).toList());
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile());
    return builder.start().waitFor();
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output"), StandardCharsets.UTF_8);
  }
}
