package io.diffusion4j.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Safetensors files made by hand, byte by byte, right or wrong. */
final class SafetensorsBytes {
  private SafetensorsBytes() {}

  /** A file of this JSON and this many bytes of data, all zero. */
  static byte[] file(String json, int dataBytes) {
    return file(json, new byte[dataBytes]);
  }

  static byte[] file(String json, byte[] data) {
    return file(json.getBytes(StandardCharsets.UTF_8), data);
  }

  static byte[] file(byte[] header, byte[] data) {
    return withLength(header.length, header, data);
  }

  /** A file whose header claims any length. */
  static byte[] withLength(long length, byte[] header, byte[] data) {
    return ByteBuffer.allocate(8 + header.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(header)
        .put(data)
        .array();
  }

  static Path write(Path file, byte[] bytes) {
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
