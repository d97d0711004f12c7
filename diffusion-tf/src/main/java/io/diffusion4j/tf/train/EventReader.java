package io.diffusion4j.tf.train;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

/** Reads numbers from the event files of an {@link EventWriter}. */
public final class EventReader {
  /** Bytes of a record's checksums: one of its length, one of its content. */
  private static final int CHECKSUM = Integer.BYTES;

  private static final int LARGEST = 64 << 20;

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
        Event event = Event.parseFrom(record);
        for (Summary.Value value : event.getSummary().getValueList()) {
          if (value.hasSimpleValue()) {
            numbers
                .computeIfAbsent(value.getTag(), tag -> new TreeMap<>())
                .put(event.getStep(), (double) value.getSimpleValue());
          }
        }
      }
    } catch (EOFException end) {
      // the end of the file, or of the part that a stopped process has written
    }
  }
}
