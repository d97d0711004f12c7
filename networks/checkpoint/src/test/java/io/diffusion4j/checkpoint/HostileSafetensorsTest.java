package io.diffusion4j.checkpoint;

import static io.diffusion4j.checkpoint.SafetensorsBytes.file;
import static io.diffusion4j.checkpoint.SafetensorsBytes.withLength;
import static io.diffusion4j.checkpoint.SafetensorsBytes.write;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of the format, broken; the message names the rule and the place. */
class HostileSafetensorsTest {
  private Path folder;

  @BeforeEach
  void useFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void aFileThatBreaksARuleIsRefused(String rule, byte[] bytes, String message) {
    Path path = write(folder.resolve("bad.safetensors"), bytes);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(message);
  }

  static Stream<Arguments> files() {
    return Stream.of(lengths(), json(), entries(), tiling()).flatMap(s -> s);
  }

  private static Stream<Arguments> lengths() {
    byte[] brace = {'{', '}'};
    byte[] none = {};
    return Stream.of(
        arguments("empty file", none, "size: 0 bytes (expected: ≥ 8, the header length)"),
        arguments("no room for the length", new byte[7], "size: 7 bytes"),
        arguments("header of length 0", withLength(0, none, none), "does not begin with '{'"),
        arguments(
            "header longer than the file",
            withLength(3, brace, none),
            "header length: 3 (expected: ≤ 2, the rest of the file; is it truncated?)"),
        arguments(
            "header longer than the limit",
            withLength(100_000_001, brace, none),
            "header length: 100000001 (expected: ≤ 100000000"),
        arguments(
            "header length that is negative if signed",
            withLength(-1, brace, none),
            "header length: 18446744073709551615 (expected: ≤ 100000000"),
        arguments(
            "header length that overflows when 8 is added",
            withLength(Long.MAX_VALUE, brace, none),
            "header length: 9223372036854775807"),
        arguments(
            "quantised weights of ggml",
            "GGUF\3\0\0\0 and so on".getBytes(StandardCharsets.US_ASCII),
            "a GGUF file (expected: safetensors or torch, with weights of 16 or 32 bits)"),
        arguments(
            "a zip archive, as torch.save writes",
            "PK\3\4 and so on and on".getBytes(StandardCharsets.US_ASCII),
            "is this a safetensors file?"));
  }

  private static Stream<Arguments> json() {
    return Stream.of(
        arguments("not JSON", file("{oops}", 0), "header: not valid JSON: "),
        arguments("cut off", file("{\"x\":", 0), "header: not valid JSON: "),
        arguments("not an object", file("[]", 0), "header: does not begin with '{'"),
        arguments("leading space", file(" {}", 0), "header: does not begin with '{'"),
        arguments("something after the object", file("{}{}", 0), "something follows"),
        arguments(
            "malformed UTF-8",
            file(new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"'}, new byte[0]),
            "header: not valid UTF-8"),
        arguments(
            "tensor given twice",
            file(
                """
                {"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
                "x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}\
                """,
                2),
            "Duplicate field 'x'"),
        arguments(
            "tensor given twice, once escaped",
            file(
                """
                {"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
                "\\u0078":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}\
                """,
                2),
            "Duplicate field 'x'"),
        arguments(
            "field given twice",
            file("{\"x\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", 0),
            "Duplicate field 'dtype'"),
        arguments(
            "metadata given twice",
            file("{\"__metadata__\":{},\"__metadata__\":{}}", 0),
            "Duplicate field '__metadata__'"),
        arguments(
            "metadata that is no object",
            file("{\"__metadata__\":\"pt\"}", 0),
            "__metadata__: pt (expected: an object)"),
        arguments(
            "metadata that is no string",
            file("{\"__metadata__\":{\"format\":1}}", 0),
            "__metadata__.format: 1 (expected: a string)"),
        arguments("nested too deep", file("{\"x\":" + "[".repeat(100_000), 0), "x: [ (expected"),
        arguments(
            "nested too deep where an array may be",
            file("{\"x\":{\"shape\":" + "[".repeat(100_000), 0),
            "shape of x: [ (expected: an array of integers)"));
  }

  private static byte[] entry(String entry) {
    return file("{\"x\":" + entry + "}", 8);
  }

  private static byte[] tensor(String dtype, String shape, String offsets) {
    return entry(
        "{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}".formatted(dtype, shape, offsets));
  }

  private static Stream<Arguments> entries() {
    String f32 = "\"F32\"";
    return Stream.of(
        arguments("no object", entry("1"), "x: 1 (expected: an object)"),
        arguments("null", entry("null"), "x: null (expected: an object)"),
        arguments("nothing in it", entry("{}"), "x: incomplete (expected: dtype, shape, data_off"),
        arguments(
            "no shape",
            entry("{\"dtype\":\"U8\",\"data_offsets\":[0,8]}"),
            "x: incomplete (expected: dtype, shape, data_offsets)"),
        arguments(
            "a field of its own",
            entry("{\"dtype\":\"U8\",\"strides\":[1]}"),
            "x: unknown field strides (expected: dtype, shape, data_offsets)"),
        arguments(
            "a type that we do not read",
            tensor("\"F8_E4M3\"", "[8]", "[0,8]"),
            "dtype of x: F8_E4M3 (expected: one of [BOOL, U8, I8, I16, F16, BF16, I32, F32"),
        arguments("a type in lower case", tensor("\"f32\"", "[2]", "[0,8]"), "dtype of x: f32"),
        arguments(
            "a type by number", tensor("5", "[2]", "[0,8]"), "dtype of x: 5 (expected: a str"),
        arguments("a shape that is no array", tensor(f32, "2", "[0,8]"), "shape of x: 2 (expected"),
        arguments(
            "a dimension that is no integer",
            tensor(f32, "[2.0]", "[0,8]"),
            "shape of x: 2.0 (expected: an array of integers)"),
        arguments(
            "a dimension in quotes",
            tensor(f32, "[\"2\"]", "[0,8]"),
            "shape of x: 2 (expected: an array of integers)"),
        arguments(
            "a negative dimension",
            tensor(f32, "[-2]", "[0,8]"),
            "shape of x: [-2] (expected: dimensions ≥ 0)"),
        arguments(
            "two negative dimensions whose product fits",
            tensor(f32, "[-1,-2]", "[0,8]"),
            "shape of x: [-1, -2] (expected: dimensions ≥ 0)"),
        arguments(
            "a dimension beyond 63 bits",
            tensor(f32, "[18446744073709551618]", "[0,8]"),
            "shape of x: 18446744073709551618 (expected: < 2^63)"),
        arguments(
            "a product that overflows to what fits",
            tensor(f32, "[4611686018427387905,4]", "[0,8]"),
            "shape of x: [4611686018427387905, 4] (expected: fewer than 2^63 bytes)"),
        arguments(
            "a byte size that overflows to what fits",
            tensor(f32, "[4611686018427387906]", "[0,8]"),
            "shape of x: [4611686018427387906] (expected: fewer than 2^63 bytes)"),
        arguments(
            "a product that overflows before it meets 0",
            tensor(f32, "[4611686018427387904,4,0]", "[0,0]"),
            "(expected: fewer than 2^63 bytes)"),
        arguments(
            "offsets that do not fit the shape",
            tensor(f32, "[3]", "[0,8]"),
            "data_offsets of x: [0, 8] (expected: 0 ≤ begin, and 12 bytes for F32 [3])"),
        arguments("three offsets", tensor(f32, "[2]", "[0,4,8]"), "(expected: [begin, end])"),
        arguments("one offset", tensor(f32, "[2]", "[8]"), "data_offsets of x: [8]"),
        arguments("a negative offset", tensor(f32, "[2]", "[-8,0]"), "data_offsets of x: [-8, 0]"),
        arguments(
            "an end before the begin", tensor(f32, "[2]", "[8,0]"), "data_offsets of x: [8, 0]"),
        arguments(
            "offsets whose difference overflows to what fits",
            tensor(f32, "[2]", "[-9223372036854775808,-9223372036854775800]"),
            "data_offsets of x: [-9223372036854775808, "));
  }

  private static byte[] two(long begin1, long end1, long begin2, long end2, int dataBytes) {
    return file(
        """
        {"a":{"dtype":"U8","shape":[%d],"data_offsets":[%d,%d]},\
        "b":{"dtype":"U8","shape":[%d],"data_offsets":[%d,%d]}}\
        """
            .formatted(end1 - begin1, begin1, end1, end2 - begin2, begin2, end2),
        dataBytes);
  }

  private static Stream<Arguments> tiling() {
    long far = 1L << 62;
    return Stream.of(
        arguments(
            "overlap",
            two(0, 4, 3, 8, 8),
            "data_offsets of b: begin 3 (expected: 4, the end of a; tensors must not overlap)"),
        arguments("the same bytes twice", two(0, 8, 0, 8, 8), "tensors must not overlap"),
        arguments("one within another", two(0, 8, 2, 4, 8), "tensors must not overlap"),
        arguments(
            "hole",
            two(0, 4, 5, 8, 8),
            "data_offsets of b: begin 5 (expected: 4, the end of a; tensors must not leave holes)"),
        arguments(
            "hole at the start",
            two(1, 4, 4, 8, 8),
            "data_offsets of a: begin 1 (expected: 0, the start of the data; tensors must not leave"
                + " holes)"),
        arguments(
            "beyond the end",
            two(0, 4, 4, far, 8),
            "data: 8 bytes (expected: 4611686018427387904, the end of b; the file is truncated)"),
        arguments(
            "last byte missing",
            two(0, 4, 4, 8, 7),
            "data: 7 bytes (expected: 8, the end of b; the file is truncated)"),
        arguments(
            "garbage at the end",
            two(0, 4, 4, 8, 9),
            "data: 9 bytes (expected: 8, the end of b; something follows the last tensor)"),
        arguments("data without tensors", file("{}", 1), "data: 1 bytes (expected: 0"));
  }
}
