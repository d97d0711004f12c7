package io.diffusion4j.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The head of a safetensors file: its length as 8 little-endian bytes, then a JSON object from
 * tensor names to types, shapes and byte ranges, padded with spaces. The tensors tile the rest of
 * the file without hole or overlap.
 */
record SafetensorsHeader(
    Map<String, TensorInfo> tensors, SortedMap<String, String> metadata, long dataStart) {
  private static final String METADATA = "__metadata__";

  /** The first four bytes of a file of ggml, as a little-endian number. */
  private static final int GGUF = 0x46554747;

  /** The format's own limit on the length of the JSON. */
  private static final int MAX_LENGTH = 100_000_000;

  /** Reads and checks the head of a file. */
  static SafetensorsHeader read(MappedFile mapped) {
    Path file = mapped.path();
    long fileSize = mapped.size();
    if (fileSize < 8) {
      throw new CheckpointException(
          file, "size: " + fileSize + " bytes (expected: ≥ 8, the header length)");
    }
    if (mapped.bytes(0, 4).getInt() == GGUF) {
      throw new CheckpointException(
          file, "a GGUF file (expected: safetensors or torch, with weights of 16 or 32 bits)");
    }
    long length = mapped.bytes(0, 8).getLong();
    if (length < 0 || length > MAX_LENGTH) {
      throw new CheckpointException(
          file,
          "header length: %s (expected: ≤ %d; is this a safetensors file?)"
              .formatted(Long.toUnsignedString(length), MAX_LENGTH));
    }
    if (length > fileSize - 8) {
      throw new CheckpointException(
          file,
          "header length: %d (expected: ≤ %d, the rest of the file; is it truncated?)"
              .formatted(length, fileSize - 8));
    }
    String json;
    try {
      json = Json.decode(mapped.bytes(8, (int) length));
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file, "header: not valid UTF-8", e);
    }
    if (!json.startsWith("{")) {
      throw new CheckpointException(file, "header: does not begin with '{'");
    }
    try {
      var metadata = new TreeMap<String, String>();
      List<TensorInfo> tensors = parse(json, metadata);
      long dataStart = 8 + length;
      return new SafetensorsHeader(checkTiling(tensors, fileSize - dataStart), metadata, dataStart);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file, "header: not valid JSON: " + Json.reason(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    } catch (IllegalArgumentException e) { // our own exception, which names the entry
      throw new CheckpointException(file, "header: " + e.getMessage(), e);
    }
  }

  /**
   * Places tensors one after the other and formats the head, length and padding included.
   *
   * @param alignment alignment of the first byte of data, a multiple of 8
   */
  static ByteBuffer format(
      Collection<TensorInfo> tensors, SortedMap<String, String> metadata, int alignment) {
    var root = Json.MAPPER.createObjectNode();
    if (!metadata.isEmpty()) {
      var notes = root.putObject(METADATA);
      metadata.forEach(notes::put);
    }
    for (TensorInfo tensor : tensors) {
      var entry = root.putObject(tensor.name());
      entry.put("dtype", tensor.dtype().name());
      var shape = entry.putArray("shape");
      for (long n : tensor.shape()) {
        shape.add(n);
      }
      entry.putArray("data_offsets").add(tensor.begin()).add(tensor.end());
    }
    byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (8 + json.length + alignment - 1) / alignment * alignment - 8;
    Check.that(padded <= MAX_LENGTH, "header", padded + " bytes", "≤ %s", MAX_LENGTH);
    var head = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(head.array(), (byte) ' ');
    return head.putLong(padded).put(json).rewind();
  }

  /** Whether a tensor may have this name. */
  static boolean isReserved(String name) {
    return name.equals(METADATA);
  }

  private static List<TensorInfo> parse(String json, Map<String, String> metadata)
      throws IOException {
    var tensors = new ArrayList<TensorInfo>();
    try (JsonParser parser = Json.parser(json)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        if (isReserved(name)) {
          parseMetadata(parser, metadata);
        } else {
          tensors.add(parseTensor(parser, name));
        }
      }
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("something follows the JSON object");
      }
    }
    return tensors;
  }

  private static void parseMetadata(JsonParser parser, Map<String, String> metadata)
      throws IOException {
    expect(parser, JsonToken.START_OBJECT, METADATA, "an object");
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      expect(parser, JsonToken.VALUE_STRING, METADATA + "." + key, "a string");
      metadata.put(key, parser.getText());
    }
  }

  private static TensorInfo parseTensor(JsonParser parser, String name) throws IOException {
    expect(parser, JsonToken.START_OBJECT, name, "an object");
    DType dtype = null;
    long[] shape = null;
    long[] offsets = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "dtype" -> dtype = parseDType(parser, name);
        case "shape" -> shape = parseLongs(parser, "shape of " + name);
        case "data_offsets" -> offsets = parseLongs(parser, "data_offsets of " + name);
        default ->
            throw new IllegalArgumentException(
                "%s: unknown field %s (expected: dtype, shape, data_offsets)"
                    .formatted(name, field));
      }
    }
    if (dtype == null || shape == null || offsets == null) {
      throw Check.refusal(name, "incomplete", "dtype, shape, data_offsets");
    }
    if (offsets.length != 2) {
      throw new IllegalArgumentException(
          "data_offsets of %s: %s (expected: [begin, end])"
              .formatted(name, Arrays.toString(offsets)));
    }
    return new TensorInfo(name, dtype, shape, offsets[0], offsets[1]);
  }

  private static DType parseDType(JsonParser parser, String name) throws IOException {
    expect(parser, JsonToken.VALUE_STRING, "dtype of " + name, "a string");
    String text = parser.getText();
    return DType.named(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "dtype of %s: %s (expected: one of %s)"
                        .formatted(name, text, Arrays.toString(DType.values()))));
  }

  private static long[] parseLongs(JsonParser parser, String what) throws IOException {
    expect(parser, JsonToken.START_ARRAY, what, "an array of integers");
    var values = new ArrayList<Long>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(parser, JsonToken.VALUE_NUMBER_INT, what, "an array of integers");
      Check.that(
          parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER,
          what,
          parser.getText(),
          "< 2^63");
      values.add(parser.getLongValue());
    }
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static void expect(JsonParser parser, JsonToken token, String what, String expected)
      throws IOException {
    Check.that(parser.currentToken() == token, what, parser.getText(), expected);
  }

  /** Puts tensors in the order of their bytes and checks that these cover the data exactly. */
  private static Map<String, TensorInfo> checkTiling(List<TensorInfo> tensors, long dataSize) {
    var sorted = new ArrayList<>(tensors);
    sorted.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
    var byName = new LinkedHashMap<String, TensorInfo>();
    String boundary = "the start of the data";
    long at = 0;
    for (TensorInfo tensor : sorted) {
      if (tensor.begin() != at) {
        throw new IllegalArgumentException(
            "data_offsets of %s: begin %d (expected: %d, %s; tensors must not %s)"
                .formatted(
                    tensor.name(),
                    tensor.begin(),
                    at,
                    boundary,
                    tensor.begin() < at ? "overlap" : "leave holes"));
      }
      at = tensor.end();
      boundary = "the end of " + tensor.name();
      byName.put(tensor.name(), tensor);
    }
    if (at != dataSize) {
      throw new IllegalArgumentException(
          "data: %d bytes (expected: %d, %s; %s)"
              .formatted(
                  dataSize,
                  at,
                  boundary,
                  dataSize < at ? "the file is truncated" : "something follows the last tensor"));
    }
    return byName;
  }
}
