package io.diffusion4j.training.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads numbers from the event files of an {@link EventWriter}. */
public final class EventReader {
  /** Bytes of a record's checksums: one of its length, one of its content. */
  private static final int CHECKSUM = Integer.BYTES;

  private static final int LARGEST = 64 << 20;

  /** The types of fields in Protocol Buffers. */
  private static final int VARINT = 0;

  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private EventReader() {}

  /**
   * Reads a number by step, from all event files of a folder. For a step that was repeated after an
   * interruption, the last value counts. The end of a file may be missing.
   *
   * @param name such as {@code loss}
   * @throws IOException if a file is not an event file; the message names it
   */
  public static SortedMap<Long, Double> scalars(Path folder, String name) throws IOException {
    return scalars(folder).getOrDefault(name, new TreeMap<>());
  }

  /**
   * Reads all numbers by name and step, in the same way.
   *
   * @throws IOException if a file is not an event file; the message names it
   */
  public static SortedMap<String, SortedMap<Long, Double>> scalars(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(f -> f.getFileName().toString().contains("tfevents")).sorted().toList();
    }
    SortedMap<String, SortedMap<Long, Double>> numbers = new TreeMap<>();
    for (Path file : files) {
      read(file, numbers);
    }
    return numbers;
  }

  private static void read(Path file, SortedMap<String, SortedMap<Long, Double>> numbers)
      throws IOException {
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      while (true) {
        long length = Long.reverseBytes(in.readLong());
        if (length < 0 || length > LARGEST) {
          throw new IOException(file + ": a record of " + length + " bytes (expected: events)");
        }
        in.skipNBytes(CHECKSUM);
        byte[] record = new byte[(int) length];
        in.readFully(record);
        in.skipNBytes(CHECKSUM);
        event(ByteBuffer.wrap(record), numbers);
      }
    } catch (EOFException end) {
      // the end of the file, or of the part that a stopped process has written
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IOException(file + ": a record that ends early (expected: events)", e);
    }
  }

  /** Reads the numbers of a message {@code tensorflow.Event}: step = 2, summary = 5. */
  private static void event(ByteBuffer event, SortedMap<String, SortedMap<Long, Double>> numbers) {
    long step = 0;
    SortedMap<String, Double> values = new TreeMap<>();
    while (event.hasRemaining()) {
      int field = (int) varint(event);
      if (field == ((2 << 3) | VARINT)) {
        step = varint(event);
      } else if (field == ((5 << 3) | BYTES)) {
        ByteBuffer summary = bytes(event);
        while (summary.hasRemaining()) {
          if (varint(summary) == ((1 << 3) | BYTES)) {
            value(bytes(summary), values);
          } else {
            throw new IllegalArgumentException("not a summary");
          }
        }
      } else {
        skip(event, field);
      }
    }
    for (var value : values.entrySet()) {
      numbers.computeIfAbsent(value.getKey(), tag -> new TreeMap<>()).put(step, value.getValue());
    }
  }

  /** Reads a message {@code tensorflow.Summary.Value}: tag = 1, simple_value = 2. */
  private static void value(ByteBuffer value, SortedMap<String, Double> values) {
    String tag = "";
    while (value.hasRemaining()) {
      int field = (int) varint(value);
      if (field == ((1 << 3) | BYTES)) {
        tag = UTF_8.decode(bytes(value)).toString();
      } else if (field == ((2 << 3) | FIXED32)) {
        values.put(tag, (double) value.order(ByteOrder.LITTLE_ENDIAN).getFloat());
      } else {
        skip(value, field);
      }
    }
  }

  private static void skip(ByteBuffer in, int field) {
    switch (field & 7) {
      case VARINT -> varint(in);
      case FIXED64 -> in.position(in.position() + Long.BYTES);
      case BYTES -> bytes(in);
      case FIXED32 -> in.position(in.position() + Integer.BYTES);
      default -> throw new IllegalArgumentException("no such type: " + field);
    }
  }

  private static ByteBuffer bytes(ByteBuffer in) {
    int length = Math.toIntExact(varint(in));
    ByteBuffer bytes = in.slice().limit(length);
    in.position(in.position() + length);
    return bytes;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("no number");
  }
}
