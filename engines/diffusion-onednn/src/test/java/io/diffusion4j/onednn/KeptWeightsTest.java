package io.diffusion4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Packed weights that an earlier start has kept are those that would be packed now. */
class KeptWeightsTest {
  private static final NetworkDefinition NETWORK = new LittleUnet();

  @TempDir Path folder = Path.of("");

  @BeforeAll
  static void onlyWhereItRuns() {
    var reason = new OneDnnEngine().unavailable(Precision.BFLOAT16);
    assumeTrue(reason.isEmpty(), reason::toString);
  }

  private Path weights(int seed) throws IOException {
    Path written = folder.resolve("weights-" + seed);
    if (!Files.exists(written)) {
      Files.createDirectory(written);
      ModelFiles.write(
          written,
          Checkpoint.DIFFUSERS,
          RandomWeights.of(NETWORK, seed),
          name -> true,
          DType.BF16,
          Map.of());
    }
    return written;
  }

  private float[] run(int seed, Precision precision, Optional<Path> packed) throws IOException {
    var compute = Compute.of(precision).withPacked(packed);
    Path weights = weights(seed);
    try (var file = Checkpoint.open(weights);
        var program = new OneDnnEngine().compile(Network.of(NETWORK), file, compute)) {
      return program.run(LittleBatches.of(3, 6)).get(0);
    }
  }

  private Optional<Path> packed() {
    return Optional.of(folder.resolve("packed"));
  }

  private List<Path> kept() throws IOException {
    try (Stream<Path> files = Files.list(packed().orElseThrow())) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "EXACT", mode = EnumSource.Mode.EXCLUDE)
  void theAnswerIsTheSameWithAndWithoutThem(Precision precision) throws IOException {
    float[] plain = run(1, precision, Optional.empty());
    assertThat(run(1, precision, packed())).isEqualTo(plain);
    assertThat(kept()).hasSize(1);
    FileTime written = Files.getLastModifiedTime(kept().get(0));

    assertThat(run(1, precision, packed())).isEqualTo(plain);
    assertThat(kept()).hasSize(1);
    assertThat(Files.getLastModifiedTime(kept().get(0))).as("not written anew").isEqualTo(written);
  }

  /** Some, where the number of bytes is a whole number of cache lines. */
  @Test
  void mostWeightsAreKept() throws IOException {
    run(1, Precision.BFLOAT16, packed());
    long bytes = Files.size(kept().get(0));
    try (Stream<Path> files = Files.walk(weights(1))) {
      long stored =
          files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
      assertThat(bytes).isGreaterThan(stored / 2);
    }
    try (var file = SafetensorsFile.open(kept().get(0))) {
      for (String name : file.names()) {
        assertThat(file.info(name).begin() % 64).as(name).isZero();
      }
      assertThat(file.names())
          .hasSizeGreaterThan(10)
          .allMatch(name -> name.matches("[0-9a-f]{32}"));
    }
  }

  @Test
  void otherWeightsAndOtherFormatsHaveFilesOfTheirOwn() throws IOException {
    float[] one = run(1, Precision.BFLOAT16, packed());
    float[] other = run(2, Precision.BFLOAT16, packed());
    run(1, Precision.FLOAT32, packed());
    assertThat(kept()).hasSize(3);
    assertThat(other).isNotEqualTo(one).isEqualTo(run(2, Precision.BFLOAT16, Optional.empty()));
  }

  @Test
  void aDamagedFileIsWrittenAnew() throws IOException {
    float[] plain = run(1, Precision.BFLOAT16, packed());
    Path file = kept().get(0);
    byte[] bytes = Files.readAllBytes(file);
    byte[] flipped = bytes.clone();
    flipped[bytes.length * 3 / 4] ^= 64;
    for (byte[] damaged :
        List.of(
            new byte[0],
            Arrays.copyOf(bytes, 100),
            Arrays.copyOf(bytes, bytes.length - 1),
            flipped)) {
      Files.write(file, damaged);
      assertThat(run(1, Precision.BFLOAT16, packed())).isEqualTo(plain);
      assertThat(Files.size(file)).isEqualTo(bytes.length);
    }
  }

  /** A disk that is full, or a folder that cannot be made. */
  @Test
  void whatCannotBeKeptIsPackedEachTime() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(run(1, Precision.BFLOAT16, Optional.of(file.resolve("below"))))
        .isEqualTo(run(1, Precision.BFLOAT16, Optional.empty()));
  }
}
