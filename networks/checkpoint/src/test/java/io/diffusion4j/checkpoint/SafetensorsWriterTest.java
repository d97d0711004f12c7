package io.diffusion4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.golden.GoldenRoots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsWriterTest {
  private Path folder;

  @BeforeEach
  void useFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private Path path() {
    return folder.resolve("model.safetensors");
  }

  private List<String> filesInFolder() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFileIsByteForByteWhatTheFormatSays() throws IOException {
    new SafetensorsWriter()
        .longs("ids", DType.U8, new long[] {3}, () -> new long[] {1, 2, 255})
        .floats("w", DType.F32, new long[] {1, 2}, () -> new float[] {1.5f, -2})
        .floats("b", DType.BF16, new long[] {}, () -> new float[] {1.5f})
        .note("seed", "7")
        .write(path());
    String json =
        "{\"__metadata__\":{\"format\":\"pt\",\"seed\":\"7\"},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[8,10]},"
            + "\"ids\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[10,13]}}";
    int padded = 208;
    assertThat(json).hasSizeBetween(padded - 7, padded);
    byte[] expected =
        ByteBuffer.allocate(8 + padded + 13)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(padded)
            .put(json.getBytes(StandardCharsets.US_ASCII))
            .put(" ".repeat(padded - json.length()).getBytes(StandardCharsets.US_ASCII))
            .putInt(0x3fc00000)
            .putInt(0xc0000000)
            .putShort((short) 0x3fc0)
            .put(new byte[] {1, 2, -1})
            .array();
    assertThat(Files.readAllBytes(path())).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32", "F16", "BF16"})
  void floatsComeBackAsTheTypeRoundsThem(DType dtype) {
    // More than the writer's buffer and the reader's chunks hold.
    var random = new SplittableRandom(1);
    float[] values = new float[600_001];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-100, 100);
    }
    float[] special = {0, -0.0f, Float.NaN, Float.POSITIVE_INFINITY, Float.MIN_VALUE, 65504};
    System.arraycopy(special, 0, values, 0, special.length);
    new SafetensorsWriter()
        .floats("x", dtype, new long[] {values.length}, () -> values)
        .write(path());
    float[] expected = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      expected[i] =
          switch (dtype) {
            case F16 -> Float16Codec.fromFloat16(Float16Codec.toFloat16(values[i]));
            case BF16 -> Float16Codec.fromBFloat16(Float16Codec.toBFloat16(values[i]));
            default -> values[i];
          };
    }
    try (var file = SafetensorsFile.open(path())) {
      assertThat(file.info("x").dtype()).isEqualTo(dtype);
      assertThat(file.read("x")).isEqualTo(expected);
      double[] doubles = file.readDoubles("x");
      assertThat(doubles[values.length - 1]).isEqualTo(expected[values.length - 1]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "I64, -9223372036854775808, 9223372036854775807",
    "I32, -2147483648, 2147483647",
    "I16, -32768, 32767",
    "I8, -128, 127",
    "U8, 0, 255",
    "BOOL, 0, 1",
  })
  void integersComeBackAndThoseOutOfRangeAreRefused(DType dtype, long least, long greatest)
      throws IOException {
    long[] values = new long[200_001];
    Arrays.setAll(values, i -> i % 3 == 0 ? least : i % 3 == 1 ? greatest : 0);
    long[] shape = {3, values.length / 3};
    new SafetensorsWriter().longs("x", dtype, shape, () -> values).write(path());
    try (var file = SafetensorsFile.open(path())) {
      assertThat(file.readLongs("x")).isEqualTo(values);
    }
    if (dtype != DType.I64) {
      for (long outside : new long[] {least - 1, greatest + 1}) {
        assertThatIllegalArgumentException()
            .isThrownBy(
                () ->
                    new SafetensorsWriter()
                        .longs("x", dtype, new long[] {2}, () -> new long[] {0, outside})
                        .write(path()))
            .withMessage(
                "x[1]: %d (expected: in [%d, %d], the range of %s)"
                    .formatted(outside, least, greatest, dtype));
      }
      assertThat(filesInFolder()).containsExactly("model.safetensors");
    }
  }

  @ParameterizedTest
  @CsvSource({"F16, 65520", "F16, -1e6", "BF16, 3.4e38"})
  void aFiniteWeightNeverBecomesInfinite(DType dtype, float value) {
    var writer =
        new SafetensorsWriter().floats("x", dtype, new long[] {}, () -> new float[] {value});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.write(path()))
        .withMessage("x[0]: " + value + " (expected: in the range of " + dtype + ")");
  }

  @Test
  void theOrderOfAddingMakesNoDifference() throws IOException {
    var other = folder.resolve("other.safetensors");
    new SafetensorsWriter()
        .floats("a", DType.F32, new long[] {}, () -> new float[] {1})
        .floats("b", DType.F16, new long[] {}, () -> new float[] {2})
        .notes(Map.of("x", "1", "y", "2"))
        .write(path());
    new SafetensorsWriter()
        .note("y", "2")
        .note("x", "1")
        .floats("b", DType.F16, new long[] {}, () -> new float[] {2})
        .floats("a", DType.F32, new long[] {}, () -> new float[] {1})
        .write(other);
    assertThat(path()).hasSameBinaryContentAs(other);
  }

  @Test
  void aCopyOfAFileOfTheReferenceWriterHasItsOrderAndItsBytes() throws IOException {
    Path golden = GoldenRoots.shipped().first("unclip-pipeline/io.safetensors");
    try (var source = SafetensorsFile.open(golden)) {
      var writer = new SafetensorsWriter();
      var names = new ArrayList<>(source.names());
      Collections.reverse(names);
      names.forEach(name -> writer.copy(source, name));
      writer.write(path());
      try (var copy = SafetensorsFile.open(path())) {
        assertThat(copy.names()).isEqualTo(source.names());
        for (String name : source.names()) {
          assertThat(copy.info(name)).isEqualTo(source.info(name));
          assertThat(copy.raw(name)).isEqualTo(source.raw(name));
        }
        assertThat(copy.metadata()).containsOnly(Map.entry("format", "pt"));
      }
    }
  }

  @Test
  void rawBytesAreWrittenAsTheyAreAndTheirBufferIsLeftAlone() {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {9, 1, 2, 3, 4, 9}).position(1).limit(5);
    new SafetensorsWriter().raw("x", DType.BF16, new long[] {2}, () -> bytes).write(path());
    assertThat(bytes.position()).isEqualTo(1);
    try (var file = SafetensorsFile.open(path())) {
      assertThat(file.raw("x")).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
    }
  }

  @Test
  void namesMayHoldAnyCharacter() {
    String name = "a\"\\\n日本 😀";
    new SafetensorsWriter()
        .floats(name, DType.F32, new long[] {}, () -> new float[] {1})
        .write(path());
    try (var file = SafetensorsFile.open(path())) {
      assertThat(file.names()).containsExactly(name);
    }
  }

  @Test
  void aFileWithoutTensorsIsAFile() {
    new SafetensorsWriter().write(path());
    try (var file = SafetensorsFile.open(path())) {
      assertThat(file.names()).isEmpty();
    }
  }

  @Test
  void whenASupplierFailsTheOldFileStaysAndNothingElse() throws IOException {
    new SafetensorsWriter()
        .floats("a", DType.F32, new long[] {}, () -> new float[] {1})
        .write(path());
    byte[] before = Files.readAllBytes(path());
    var failure = new IllegalStateException("no more weights");
    var writer =
        new SafetensorsWriter()
            .floats("a", DType.F32, new long[] {1 << 20}, () -> new float[1 << 20])
            .floats(
                "b",
                DType.F32,
                new long[] {},
                () -> {
                  throw failure;
                });
    assertThatThrownBy(() -> writer.write(path())).isSameAs(failure);
    assertThat(Files.readAllBytes(path())).isEqualTo(before);
    assertThat(filesInFolder()).containsExactly("model.safetensors");
  }

  @Test
  void anOpenFileThatIsReplacedIsStillReadAsItWas() {
    new SafetensorsWriter()
        .floats("a", DType.F32, new long[] {}, () -> new float[] {1})
        .write(path());
    try (var old = SafetensorsFile.open(path())) {
      new SafetensorsWriter()
          .floats("a", DType.F32, new long[] {}, () -> new float[] {2})
          .write(path());
      assertThat(old.read("a")).containsExactly(1);
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() {
    Path file = folder.resolve("missing").resolve("model.safetensors");
    assertThatThrownBy(() -> new SafetensorsWriter().write(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("cannot write " + file + ": ");
  }

  @Test
  void valuesMustFillTheShape() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new SafetensorsWriter()
                    .floats("w", DType.F32, new long[] {2, 2}, () -> new float[3])
                    .write(path()))
        .withMessage("w [2, 2]: 3 values (expected: 4)");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new SafetensorsWriter()
                    .raw("w", DType.F16, new long[] {2, 2}, () -> ByteBuffer.allocate(9))
                    .write(path()))
        .withMessage("w [2, 2]: 9 bytes (expected: 8)");
    assertThat(filesInFolder()).isEmpty();
  }

  @Test
  void whatCannotBeWrittenIsRefusedWhenItIsAdded() {
    long[] scalar = {};
    var writer = new SafetensorsWriter().floats("a", DType.F32, scalar, () -> new float[1]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.floats("a", DType.F32, scalar, () -> new float[1]))
        .withMessage("name: a (expected: not added before)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.floats("__metadata__", DType.F32, scalar, () -> new float[1]))
        .withMessage("name: __metadata__ (expected: not the reserved name)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.floats("b", DType.I64, scalar, () -> new float[1]))
        .withMessage("dtype of b: I64 (expected: a floating-point type)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.longs("b", DType.F32, scalar, () -> new long[1]))
        .withMessage("dtype of b: F32 (expected: an integer type)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.floats("b", DType.F32, new long[] {-1}, () -> new float[1]))
        .withMessage("shape of b: [-1] (expected: dimensions ≥ 0)");
  }
}
