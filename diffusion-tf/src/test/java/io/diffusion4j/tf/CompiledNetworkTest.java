package io.diffusion4j.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A network holds native memory for as long as it is open. */
class CompiledNetworkTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int WIDTH = 1000;
  private static final int LAYERS = 24;

  private static List<Tensor> define(Nn nn, Inputs inputs) {
    var x = nn.input(inputs.floats("x", WIDTH));
    for (int i = 0; i < LAYERS; i++) {
      x = nn.at("layer", i).linear(x, WIDTH);
    }
    return List.of(nn.output(x));
  }

  /** What of this process is in memory and lies in no file, in bytes. */
  private static long resident() throws IOException {
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("RssAnon:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    }
  }

  @Test
  void whatIsClosedIsGivenBackToTheSystem() throws IOException {
    assumeTrue(Files.isReadable(STATUS), "only Linux has this file");
    long weights = 4L * WIDTH * WIDTH * LAYERS;
    long open;
    try (var network =
        new CompiledNetwork(
            CompiledNetworkTest::define,
            RandomWeights.of(CompiledNetworkTest::define, 1),
            Compute.of(Precision.FLOAT32))) {
      network.run(new Batch(1).floats("x", new float[WIDTH]));
      open = resident();
    }
    assertThat(open - resident()).isGreaterThan(weights / 2);
  }
}
