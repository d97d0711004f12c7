package io.diffusion4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorMapTest {
  @TempDir private Path folder = Path.of("");

  private Path file = Path.of("");

  @BeforeEach
  void write() {
    file = folder.resolve("file.safetensors");
    new SafetensorsWriter()
        .floats("m", DType.F32, new long[] {4, 2, 1}, () -> new float[] {0, 1, 2, 3, 4, 5, 6, 7})
        .floats("t", DType.BF16, new long[] {2, 3}, () -> new float[] {1, 2, 3, 4, 5, 6})
        .floats("b", DType.F16, new long[] {4}, () -> new float[] {1, 2, 3, 4})
        .write(file);
  }

  @Test
  void tensorsAreRenamedReshapedTransposedAndCutIntoRows() {
    try (var from = Checkpoint.open(file)) {
      var derived =
          new TensorMap(file, Map.of("format", "pt"))
              .as("same", from, "b")
              .shaped("square", from, "b", 2, 2)
              .transposed("columns", from, "t")
              .rows("rows", from, "m", 1, new int[] {3, 1})
              .rows("half", from, "b", 2, new int[] {1});
      assertThat(derived.names()).containsExactly("same", "square", "columns", "rows", "half");
      assertThat(derived.raw("same")).isEqualTo(from.raw("b"));
      assertThat(derived.info("square")).hasToString("square F16 [2, 2]");
      assertThat(derived.info("columns")).hasToString("columns BF16 [3, 2]");
      assertThat(derived.read("columns")).containsExactly(1, 4, 2, 5, 3, 6);
      assertThat(derived.info("rows")).hasToString("rows F32 [2, 2]");
      assertThat(derived.read("rows")).containsExactly(6, 7, 2, 3);
      assertThat(derived.raw("rows", 4, 4).getFloat()).isEqualTo(7);
      assertThat(derived.read("half")).containsExactly(3, 4);

      Path written = folder.resolve("written.safetensors");
      new SafetensorsWriter().copyAll(derived, Optional.of(DType.F32)).write(written);
      try (var read = Checkpoint.open(written)) {
        assertThat(read.info("columns").dtype()).isEqualTo(DType.F32);
        assertThat(read.read("columns")).isEqualTo(derived.read("columns"));
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (var from = Checkpoint.open(file)) {
      var derived = new TensorMap(file, Map.of());
      assertThatThrownBy(() -> derived.shaped("x", from, "b", 3))
          .hasMessage("shape of x: [b F16 [4]] (expected: as many elements)");
      assertThatThrownBy(() -> derived.transposed("x", from, "b"))
          .hasMessage("shape of b: b F16 [4] (expected: a matrix)");
      assertThatThrownBy(() -> derived.rows("x", from, "b", 3, new int[] {0}))
          .hasMessage("shape of b: b F16 [4] (expected: a multiple of 3 rows)");
      assertThatThrownBy(() -> derived.rows("x", from, "b", 2, new int[] {2}))
          .hasMessage("group of b: 2 (expected: in [0, 1])");
      assertThatThrownBy(() -> derived.as("x", from, "none"))
          .isInstanceOf(CheckpointException.class);
      assertThatThrownBy(() -> derived.as("x", from, "b").as("x", from, "t"))
          .hasMessage("tensor: x (expected: not added before)");
      assertThatThrownBy(() -> derived.info("y"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("no tensor y");
    }
  }
}
