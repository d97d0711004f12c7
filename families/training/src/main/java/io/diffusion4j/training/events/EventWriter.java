package io.diffusion4j.training.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes event files that TensorBoard reads: numbers and pictures by step. Owned by one thread. If
 * the file system fails, any method throws {@link UncheckedIOException}.
 *
 * <p>A file is a sequence of records of TensorFlow's TFRecord format, each a message {@code
 * tensorflow.Event} of Protocol Buffers.
 */
public final class EventWriter implements AutoCloseable {
  /** The name of the folder of events, beside the state of a training. */
  public static final String FOLDER = "events";

  private static final String VERSION = "brain.Event:2";

  /** A field is its number, and its type in the lowest bits. */
  private static final int TAG_BITS = 3;

  private static final int CRC_ROTATION = 15;
  private static final int CRC_OFFSET = 0xa282ead8;

  private final Path folder;
  private final OutputStream file;

  /** Writes a new file into a folder, which is created if it does not exist. */
  public EventWriter(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      file = newFile(folder);
      var event = event(0);
      bytes(event, 3, VERSION.getBytes(UTF_8));
      write(event);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static OutputStream newFile(Path folder) throws IOException {
    String name = "events.out.tfevents." + System.currentTimeMillis() / 1000;
    for (int i = 0; ; i++) {
      try {
        return Files.newOutputStream(
            folder.resolve(i == 0 ? name : name + "." + i), StandardOpenOption.CREATE_NEW);
      } catch (FileAlreadyExistsException e) {
        // of another training in this second; the next number is tried
      }
    }
  }

  /** Writes a number, such as the loss. */
  public void scalar(String name, long atStep, double number) {
    var value = value(name);
    fixed(value, 2, Float.BYTES, Float.floatToIntBits((float) number));
    summary(atStep, value);
  }

  /** Writes a picture, such as a sample of the model. */
  public void image(String name, long atStep, Image image) {
    var picture = new ByteArrayOutputStream();
    varint(picture, 1, image.height());
    varint(picture, 2, image.width());
    varint(picture, 3, 3); // channels
    bytes(picture, 4, Png.encode(image, Map.of()));
    var value = value(name);
    bytes(value, 4, picture.toByteArray());
    summary(atStep, value);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private UncheckedIOException failure(IOException e) {
    return new UncheckedIOException("cannot write to " + folder + ": " + e, e);
  }

  private void summary(long step, ByteArrayOutputStream value) {
    var summary = new ByteArrayOutputStream();
    bytes(summary, 1, value.toByteArray());
    var event = event(step);
    bytes(event, 5, summary.toByteArray());
    try {
      write(event);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static ByteArrayOutputStream event(long step) {
    var event = new ByteArrayOutputStream();
    fixed(event, 1, Double.BYTES, Double.doubleToLongBits(System.currentTimeMillis() / 1000.0));
    varint(event, 2, step);
    return event;
  }

  private static ByteArrayOutputStream value(String name) {
    var value = new ByteArrayOutputStream();
    bytes(value, 1, name.getBytes(UTF_8));
    return value;
  }

  /** Writes a record: its length, the length's checksum, the message, the message's checksum. */
  private void write(ByteArrayOutputStream event) throws IOException {
    var record =
        ByteBuffer.allocate(Long.BYTES + event.size() + 2 * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(event.size());
    record.putInt(checksum(record.array(), Long.BYTES));
    record.put(event.toByteArray()).putInt(checksum(event.toByteArray(), event.size()));
    file.write(record.array());
  }

  private static int checksum(byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), CRC_ROTATION) + CRC_OFFSET;
  }

  private static void varint(ByteArrayOutputStream out, int field, long value) {
    out.write(field << TAG_BITS);
    varint(out, value);
  }

  private static void fixed(ByteArrayOutputStream out, int field, int size, long value) {
    out.write((field << TAG_BITS) | (size == Long.BYTES ? 1 : 5));
    for (int i = 0; i < size; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }

  private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
    out.write((field << TAG_BITS) | 2);
    varint(out, value.length);
    out.writeBytes(value);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    for (; (rest & ~0x7f) != 0; rest >>>= 7) {
      out.write((int) ((rest & 0x7f) | 0x80));
    }
    out.write((int) rest);
  }
}
