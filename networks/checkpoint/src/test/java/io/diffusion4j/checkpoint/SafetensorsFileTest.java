package io.diffusion4j.checkpoint;

import static io.diffusion4j.checkpoint.SafetensorsBytes.file;
import static io.diffusion4j.checkpoint.SafetensorsBytes.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
  private Path folder;

  @BeforeEach
  void useFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private SafetensorsFile open(String json, byte[] data) {
    return SafetensorsFile.open(write(folder.resolve("a.safetensors"), file(json, data)));
  }

  private SafetensorsFile open(DType dtype, String hex) {
    byte[] data = HexFormat.of().parseHex(hex);
    return open(
        """
        {"x":{"dtype":"%s","shape":[%d],"data_offsets":[0,%d]}}\
        """
            .formatted(dtype, data.length / dtype.bytes(), data.length),
        data);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "F64  | 000000000000f83f 9a9999999999b9bf | 1.5   | -0.1",
        "F32  | 0000c03f cdccccbd                 | 1.5   | -0.1",
        "F16  | 003e 00fc                         | 1.5   | -Infinity",
        "BF16 | c03f 807f                         | 1.5   | Infinity",
        "I64  | ffffffffffffffff 0000000001000000 | -1    | 4294967296",
        "I32  | ffffffff 00000100                 | -1    | 65536",
        "I16  | ffff 0001                         | -1    | 256",
        "I8   | ff 7f                             | -1    | 127",
        "U8   | ff 7f                             | 255   | 127",
        "BOOL | 00 01                             | 0     | 1",
      })
  void everyTypeIsReadFromItsLittleEndianBytes(
      DType dtype, String hex, double first, double second) {
    try (var file = open(dtype, hex.replace(" ", ""))) {
      assertThat(file.read("x")).containsExactly((float) first, (float) second);
      double[] doubles = file.readDoubles("x");
      assertThat(doubles[0]).isEqualTo(first);
      assertThat((float) doubles[1]).isEqualTo((float) second);
      if (!dtype.isFloat()) {
        assertThat(file.readLongs("x")).containsExactly((long) first, (long) second);
      }
    }
  }

  @Test
  void doublesKeepTheirPrecision() {
    try (var file = open(DType.F64, "9a9999999999b9bf")) {
      assertThat(file.readDoubles("x")).containsExactly(-0.1);
    }
  }

  @Test
  void tensorsAreListedInTheOrderOfTheirBytes() {
    String json =
        """
        {"b":{"dtype":"U8","shape":[1,2],"data_offsets":[3,5]},
         "__metadata__":{"format":"pt","note":"é"},
         "scalar":{"dtype":"U8","shape":[],"data_offsets":[2,3]},
         "a":{"dtype":"U8","shape":[2,1],"data_offsets":[0,2]},
         "empty":{"dtype":"F32","shape":[3,0],"data_offsets":[0,0]}}    \
        """;
    try (var file = open(json, new byte[] {1, 2, 3, 4, 5})) {
      assertThat(file.names()).containsExactly("empty", "a", "scalar", "b");
      assertThat(file.metadata()).containsEntry("format", "pt").containsEntry("note", "é");
      assertThat(file.info("b")).isEqualTo(new TensorInfo("b", DType.U8, new long[] {1, 2}, 3, 5));
      assertThat(file.info("scalar").size()).isEqualTo(1);
      assertThat(file.info("empty").size()).isZero();
      assertThat(file.read("b")).containsExactly(4, 5);
      assertThat(file.read("scalar")).containsExactly(3);
      assertThat(file.read("empty")).isEmpty();
      assertThat(file.contains("a")).isTrue();
      assertThat(file.contains("__metadata__")).isFalse();
    }
  }

  @Test
  void dataNeedNotBeAligned() {
    // A header of 66 bytes puts the floats at 74 of the file.
    byte[] data =
        ByteBuffer.allocate(9)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 7)
            .putFloat(1.5f)
            .putFloat(-2)
            .array();
    String json =
        """
        {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
        "x":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}\
        """;
    try (var file = open(json, data)) {
      assertThat(file.read("x")).containsExactly(1.5f, -2);
      assertThat(file.raw("x").getFloat(4)).isEqualTo(-2);
    }
  }

  @Test
  void partsOfATensorAreReadIntoAnyBuffer() {
    try (var file = open(DType.BF16, "803f004040408040a040")) {
      var destination =
          ByteBuffer.allocateDirect(20).order(ByteOrder.nativeOrder()).asFloatBuffer();
      destination.position(1).limit(4);
      file.readFloats("x", 2, destination);
      assertThat(destination.hasRemaining()).isFalse();
      assertThat(destination.get(1)).isEqualTo(3);
      assertThat(destination.get(3)).isEqualTo(5);
      assertThat(destination.get(0)).isZero();
      assertThatThrownBy(() -> file.readFloats("x", 3, FloatBuffer.allocate(3)))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("x BF16 [5]: elements [3, 6) (expected: in [0, 5))");
      assertThatThrownBy(() -> file.raw("x", 8, 3))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("x BF16 [5]: bytes [8, 11) (expected: in [0, 10))");
    }
  }

  @Test
  void rawBytesAreLittleEndianReadOnlyAndOutliveTheFile() {
    ByteBuffer raw;
    try (var file = open(DType.I32, "01020304")) {
      raw = file.raw("x");
    }
    assertThat(raw.isReadOnly()).isTrue();
    assertThat(raw.getInt()).isEqualTo(0x04030201);
  }

  @Test
  void aClosedFileSaysSo() {
    var file = open(DType.U8, "01");
    file.close();
    file.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> file.read("x"))
        .withMessageEndingWith("a.safetensors: closed");
  }

  @Test
  void booleansAreZerosAndOnes() {
    try (var file = open(DType.U8, "000101")) {
      assertThat(file.readBooleans("x")).containsExactly(false, true, true);
    }
    try (var file = open(DType.BOOL, "0002")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.readBooleans("x"))
          .withMessage("x[1]: 2 (expected: 0 or 1)");
    }
  }

  @Test
  void valuesAreNotReadAsATypeTheyAreNot() {
    try (var file = open(DType.F32, "0000803f")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.readLongs("x"))
          .withMessage("dtype of x: F32 (expected: an integer type)");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.readBooleans("x"))
          .withMessage("dtype of x: F32 (expected: BOOL or U8)");
    }
  }

  @Test
  void errorsNameTheFile() {
    try (var file = open(DType.U8, "01")) {
      assertThatThrownBy(() -> file.read("y"))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(folder.resolve("a.safetensors") + ": no tensor y");
    }
    assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("b.safetensors")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("cannot read " + folder.resolve("b.safetensors"));
  }

  @Test
  void filesBeyondFourGibibytesAreRead() throws IOException {
    long begin = 5; // so that elements straddle the boundaries of windows
    long end = begin + (4L << 30);
    String json =
        """
        {"a":{"dtype":"U8","shape":[5],"data_offsets":[0,%d]},\
        "x":{"dtype":"F32","shape":[1024,1048576],"data_offsets":[%d,%d]},\
        "z":{"dtype":"F32","shape":[2],"data_offsets":[%d,%d]}}\
        """
            .formatted(begin, begin, end, end, end + 8);
    long dataStart = 8L + json.length();
    assertThat((dataStart + begin) % 4).as("elements straddle").isNotZero();
    long straddling = ((1L << 31) - dataStart - begin) / 4; // the element across the 2 GiB mark
    Path path = Files.createTempFile(Path.of("target"), "sparse", ".safetensors");
    try {
      try (var out = new RandomAccessFile(path.toFile(), "rw")) {
        out.setLength(dataStart + end + 8); // sparse: takes no room
        out.write(
            ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length()).array());
        out.write(json.getBytes(StandardCharsets.US_ASCII));
        out.seek(dataStart + begin + 4 * straddling);
        out.writeInt(Integer.reverseBytes(Float.floatToIntBits(42)));
        out.seek(dataStart + end + 4);
        out.writeInt(Integer.reverseBytes(Float.floatToIntBits(-7)));
      }
      try (var file = SafetensorsFile.open(path)) {
        assertThat(file.read("z")).containsExactly(0, -7);
        float[] around = new float[3];
        file.readFloats("x", straddling - 1, FloatBuffer.wrap(around));
        assertThat(around).containsExactly(0, 42, 0);
        assertThat(file.raw("x", 4 * straddling, 4).getFloat()).isEqualTo(42);
        int gibibyte = 1 << 30;
        // Over 1 GiB in one view crosses from window to window.
        ByteBuffer view = file.raw("x", 4 * straddling - gibibyte, gibibyte + 4);
        assertThat(view.getFloat(gibibyte)).isEqualTo(42);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> file.raw("x"))
            .withMessage(
                "x F32 [1024, 1048576]: 4294967296 bytes (expected: < 2^31; read it in parts)");
      }
    } finally {
      Files.delete(path);
    }
  }

  @Test
  void aLargeFileThatIsClosedIsNoLongerMapped() throws Exception {
    Path maps = Path.of("/proc/self/maps");
    assumeTrue(Files.isReadable(maps), "only Linux has this file");
    float[] values = new float[20_000_000];
    Path large = folder.resolve("large.safetensors");
    new SafetensorsWriter()
        .floats("x", DType.F32, new long[] {values.length}, () -> values)
        .write(large);
    try (var file = SafetensorsFile.open(large)) {
      assertThat(file.raw("x").getFloat(0)).isZero();
      assertThat(Files.readString(maps)).contains(large.toString());
    }
    long deadline = System.nanoTime() + 60_000_000_000L; // the collector's helpers unmap it
    while (Files.readString(maps).contains(large.toString())) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(10);
    }
  }
}
