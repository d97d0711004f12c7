package io.diffusion4j.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.LayerCases;
import io.diffusion4j.nn.LayerCases.Case;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.reference.Interpreter;
import io.diffusion4j.nn.reference.Oracle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every layer in PyTorch (Debian's {@code python3-torch}), against its definition. */
class TorchScriptTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final long SEED = 2;

  @TempDir private static Path folder = Path.of("");

  private static boolean isRun;

  /** All networks in one process, because loading PyTorch takes seconds. */
  @BeforeAll
  static void run() throws IOException, InterruptedException {
    if (!Files.isExecutable(PYTHON)
        || !succeeds(List.of(PYTHON.toString(), "-c", "import torch"))) {
      return;
    }
    List<String> lines = new ArrayList<>();
    for (Case layer : LayerCases.all().toList()) {
      for (var precision : TorchPrecision.values()) {
        lines.add(write(layer, precision));
      }
    }
    Files.write(folder.resolve("cases.txt"), lines);
    Path script = folder.resolve("run.py");
    try (InputStream source = TorchScriptTest.class.getResourceAsStream("run.py")) {
      Files.copy(Objects.requireNonNull(source), script);
    }
    boolean succeeded = succeeds(List.of(PYTHON.toString(), script.toString(), folder.toString()));
    assertThat(succeeded).as(Files.readString(folder.resolve("errors.txt"))).isTrue();
    isRun = true;
  }

  private static boolean succeeds(List<String> command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve("errors.txt").toFile())
            .start()
            .waitFor()
        == 0;
  }

  private static String name(Case layer, TorchPrecision precision) {
    return layer.name().replaceAll("[^A-Za-z0-9]", "-") + "-" + precision;
  }

  private static String write(Case layer, TorchPrecision precision) throws IOException {
    String name = name(layer, precision);
    Network network = layer.forward();
    TorchScript.of(network, LayerCases.weights(network), precision)
        .write(folder.resolve(name + ".pt"));
    Batch batch = LayerCases.batch(network, SEED);
    List<String> words = new ArrayList<>(List.of(name));
    for (var input : network.inputs().entrySet()) {
      Tensor value = input.getValue();
      long[] sample = value.sample().stream().mapToLong(Long::longValue).toArray();
      boolean isInts = value.role() == Tensor.Role.INTEGERS;
      var bytes =
          ByteBuffer.allocate(Math.toIntExact(batch.rows() * value.sampleSize() * Float.BYTES))
              .order(ByteOrder.LITTLE_ENDIAN);
      if (isInts) {
        bytes.asIntBuffer().put(batch.ints(input.getKey(), sample));
      } else {
        bytes.asFloatBuffer().put(batch.floats(input.getKey(), sample));
      }
      Files.write(folder.resolve(name + "." + (words.size() - 1) + ".bin"), bytes.array());
      words.add(
          Arrays.stream(value.shape(batch.rows()))
              .mapToObj(String::valueOf)
              .collect(Collectors.joining(",", isInts ? "ints," : "floats,", "")));
    }
    return String.join(" ", words);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.diffusion4j.nn.LayerCases#all")
  void aLayerIsWhatItsDefinitionSays(Case layer) throws IOException {
    assertClose(layer, TorchPrecision.FLOAT32, 1e-5);
  }

  /** Bfloat16 has a relative error of 2⁻⁸, which some layers amplify. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("io.diffusion4j.nn.LayerCases#all")
  void aLayerIsCloseInBfloat16(Case layer) throws IOException {
    assertClose(layer, TorchPrecision.BFLOAT16, 0.05);
  }

  private static void assertClose(Case layer, TorchPrecision precision, double tolerance)
      throws IOException {
    assumeTrue(isRun);
    Network network = layer.forward();
    double[] expected =
        new Interpreter(network, Set.of())
            .evaluate(
                LayerCases.batch(network, SEED),
                Oracle.parameters(network, LayerCases.weights(network)))
            .value(network.outputs().get(0));
    byte[] bytes = Files.readAllBytes(folder.resolve(name(layer, precision) + ".out"));
    float[] actual = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(actual);
    Oracle.assertClose(actual, expected, tolerance);
  }

  @Test
  void theSameNetworkGivesTheSameBytes() throws IOException {
    Network network = LayerCases.all().findFirst().orElseThrow().forward();
    var archive = TorchScript.of(network, LayerCases.weights(network), TorchPrecision.FLOAT32);
    archive.write(folder.resolve("first.pt"));
    archive.write(folder.resolve("second.pt"));
    assertThat(folder.resolve("first.pt")).hasSameBinaryContentAs(folder.resolve("second.pt"));
  }
}
