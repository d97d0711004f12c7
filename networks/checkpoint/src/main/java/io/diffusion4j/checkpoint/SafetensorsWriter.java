package io.diffusion4j.checkpoint;

import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Writes tensors to a safetensors file.
 *
 * <p>Tensors are declared first; their values are supplied one by one while the file is written, so
 * that a model need not fit the heap. The bytes depend only on the tensors and the metadata, not on
 * the order of the calls: tensors are stored in the order of the format's reference writer, by type
 * and then by name. A file is replaced atomically: until the new one is complete and on disk it has
 * a temporary name in the same folder, and on failure it is removed.
 *
 * <pre>{@code
 * new SafetensorsWriter()
 *     .note("seed", "42")
 *     .floats("proj_in.weight", DType.BF16, new long[] {2048, 768}, () -> weights)
 *     .write(folder.resolve("model.safetensors"));
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class SafetensorsWriter {
  /** The default maximum size of a shard: 10 GB, as in diffusers. */
  public static final long DEFAULT_SHARD_BYTES = 10_000_000_000L;

  private static final int BUFFER_BYTES = 1 << 20;

  /** The alignment that the format requires. */
  private static final int ALIGNMENT = 8;

  private final TreeMap<String, String> metadata = new TreeMap<>(Map.of("format", "pt"));
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private int alignment = ALIGNMENT;

  /** Creates a writer with the metadata {@code format = pt}, which transformers requires. */
  public SafetensorsWriter() {}

  /** Adds a metadata entry, such as the origin of the tensors. */
  public SafetensorsWriter note(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /** Adds metadata entries. */
  public SafetensorsWriter notes(Map<String, String> notes) {
    metadata.putAll(notes);
    return this;
  }

  /**
   * Aligns the data to a multiple of this many bytes, for readers that use the mapped memory
   * directly.
   *
   * @param bytes a multiple of 8; a tensor is aligned to it only if the sizes of the tensors before
   *     it are multiples too
   */
  public SafetensorsWriter alignedTo(int bytes) {
    Check.that(bytes > 0 && bytes % ALIGNMENT == 0, "alignment", bytes, "a multiple of 8");
    alignment = bytes;
    return this;
  }

  /**
   * Adds a checksum to the metadata, by which {@link SafetensorsFile#requireIntact} detects damage.
   */
  public SafetensorsWriter withChecksum() {
    return note(Checksum.NOTE, Checksum.NONE);
  }

  /**
   * Removes temporary files of killed writers. The file must not be written by another process at
   * the same time.
   *
   * @throws java.io.UncheckedIOException if the folder cannot be read or written
   */
  public static void removeLeftovers(Path file) {
    AtomicFile.removeLeftovers(file);
  }

  /**
   * Adds a tensor of a floating-point type; values are rounded to nearest even. Writing fails for a
   * finite value that the type cannot represent.
   *
   * @param values row-major; called while the file is written
   */
  public SafetensorsWriter floats(
      String name, DType dtype, long[] shape, Supplier<float[]> values) {
    Check.that(dtype.isFloat(), "dtype of " + name, dtype, "a floating-point type");
    return add(
        name,
        dtype,
        shape,
        (info, sink) -> {
          float[] all = values.get();
          sink.inChunks(
              info,
              all.length,
              (at, count, buffer) -> Elements.encode(dtype, name, all, at, count, buffer));
        });
  }

  /**
   * Adds a tensor of an integer type or BOOL. Writing fails for a value that the type cannot
   * represent.
   *
   * @param values row-major; called while the file is written
   */
  public SafetensorsWriter longs(String name, DType dtype, long[] shape, Supplier<long[]> values) {
    Check.that(!dtype.isFloat(), "dtype of " + name, dtype, "an integer type");
    return add(
        name,
        dtype,
        shape,
        (info, sink) -> {
          long[] all = values.get();
          sink.inChunks(
              info,
              all.length,
              (at, count, buffer) -> Elements.encode(dtype, name, all, at, count, buffer));
        });
  }

  /**
   * Adds a tensor whose bytes already have the file's format: row-major and little-endian.
   *
   * @param bytes supplies the bytes from position to limit, without changing the position; called
   *     while the file is written
   */
  public SafetensorsWriter raw(String name, DType dtype, long[] shape, Supplier<ByteBuffer> bytes) {
    return add(
        name,
        dtype,
        shape,
        (info, sink) -> {
          ByteBuffer all = bytes.get().duplicate();
          checkLength(info, all.remaining(), info.byteSize(), "bytes");
          sink.write(all);
        });
  }

  /**
   * Adds an unchanged tensor of another file, of any size; it is read while the file is written.
   */
  public SafetensorsWriter copy(TensorSource source, String name) {
    TensorInfo original = source.info(name);
    return add(
        name,
        original.dtype(),
        original.shape(),
        (info, sink) -> {
          for (long at = 0; at < info.byteSize(); at += BUFFER_BYTES) {
            int length = (int) Math.min(BUFFER_BYTES, info.byteSize() - at);
            sink.write(source.raw(name, at, length));
          }
        });
  }

  /**
   * Adds a tensor of another file, converted to this type if its elements are floats.
   *
   * @param floats the new type; empty to keep the type
   */
  public SafetensorsWriter copy(TensorSource source, String name, Optional<DType> floats) {
    DType own = source.info(name).dtype();
    return floats.isEmpty() || !own.isFloat() || own == floats.get()
        ? copy(source, name)
        : floats(name, floats.get(), source.info(name).shape(), () -> source.read(name));
  }

  /** Adds all tensors of another file in the same way. */
  public SafetensorsWriter copyAll(TensorSource source, Optional<DType> floats) {
    source.names().forEach(name -> copy(source, name, floats));
    return this;
  }

  /**
   * Writes one file, replacing an existing one. Suppliers are called again each time, so a writer
   * can write more than once.
   *
   * @throws java.io.UncheckedIOException if it cannot be written, e.g. because the disk is full
   * @throws IllegalArgumentException if a supplier's values do not fit the shape or the type
   */
  public void write(Path file) {
    List<Tensor> laidOut = layOut(sorted());
    AtomicFile.write(file, bytes(laidOut), channel -> write(laidOut, channel));
  }

  /**
   * Writes {@code <baseName>.safetensors}, or several files and their index if one would hold more
   * than {@code maxShardBytes} of data; {@link Checkpoint#open} reads either. All files are
   * complete before the first replaces an older one. Files of this base name that the new
   * checkpoint makes obsolete are removed at the end.
   *
   * @param maxShardBytes a single larger tensor gets a file of its own; {@link
   *     #DEFAULT_SHARD_BYTES} if in doubt
   * @throws java.io.UncheckedIOException if it cannot be written, e.g. because the disk is full
   * @throws IllegalArgumentException if a supplier's values do not fit the shape or the type
   */
  public void writeSharded(Path folder, String baseName, long maxShardBytes) {
    Check.that(maxShardBytes >= 1, "maxShardBytes", maxShardBytes, "≥ 1");
    List<List<Tensor>> shards = split(maxShardBytes);
    var shardOf = new TreeMap<String, String>();
    for (int i = 0; i < shards.size(); i++) {
      for (Tensor tensor : shards.get(i)) {
        shardOf.put(tensor.info().name(), ShardIndex.shardName(baseName, i, shards.size()));
      }
    }
    try (var files = new ShardIndex.Replacement(folder, baseName)) {
      for (int i = 0; i < shards.size(); i++) {
        List<Tensor> shard = layOut(shards.get(i));
        files.add(
            ShardIndex.shardName(baseName, i, shards.size()),
            bytes(shard),
            channel -> write(shard, channel));
      }
      if (shards.size() > 1) {
        long total = tensors.values().stream().mapToLong(t -> t.info().byteSize()).sum();
        files.addIndex(new ShardIndex(shardOf), total);
      }
      files.commit();
    }
  }

  private SafetensorsWriter add(String name, DType dtype, long[] shape, Content content) {
    Check.that(!SafetensorsHeader.isReserved(name), "name", name, "not the reserved name");
    var info = new TensorInfo(name, dtype, shape, 0, TensorInfo.byteSize(name, dtype, shape));
    if (tensors.putIfAbsent(name, new Tensor(info, content)) != null) {
      throw Check.refusal("name", name, "not added before");
    }
    return this;
  }

  private List<Tensor> sorted() {
    return tensors.values().stream()
        .sorted(
            Comparator.comparing((Tensor tensor) -> tensor.info().dtype())
                .reversed()
                .thenComparing(tensor -> tensor.info().name()))
        .toList();
  }

  private List<List<Tensor>> split(long maxBytes) {
    var groups = new ArrayList<List<Tensor>>();
    var group = new ArrayList<Tensor>();
    long bytes = 0;
    for (Tensor tensor : sorted()) {
      if (!group.isEmpty() && tensor.info().byteSize() > maxBytes - bytes) {
        groups.add(List.copyOf(group));
        group.clear();
        bytes = 0;
      }
      group.add(tensor);
      bytes += tensor.info().byteSize();
    }
    groups.add(List.copyOf(group));
    return groups;
  }

  private static List<Tensor> layOut(List<Tensor> tensors) {
    var laidOut = new ArrayList<Tensor>();
    long at = 0;
    for (Tensor tensor : tensors) {
      TensorInfo info = tensor.info();
      long end = Math.addExact(at, info.byteSize());
      laidOut.add(
          new Tensor(
              new TensorInfo(info.name(), info.dtype(), info.shape(), at, end), tensor.content()));
      at = end;
    }
    return laidOut;
  }

  private ByteBuffer header(List<Tensor> laidOut) {
    return SafetensorsHeader.format(
        laidOut.stream().map(Tensor::info).toList(), metadata, alignment);
  }

  /** Returns the length of a file with these tensors. */
  private long bytes(List<Tensor> laidOut) {
    long data = laidOut.isEmpty() ? 0 : laidOut.get(laidOut.size() - 1).info().end();
    return header(laidOut).remaining() + data;
  }

  private void write(List<Tensor> laidOut, FileChannel channel) throws IOException {
    var header = header(laidOut);
    var sink = new Sink(channel);
    sink.write(header.duplicate());
    for (Tensor tensor : laidOut) {
      tensor.content().writeTo(tensor.info(), sink);
    }
    if (metadata.containsKey(Checksum.NOTE)) {
      ByteBuffer sum = ByteBuffer.wrap(sink.checksum.value().getBytes(StandardCharsets.US_ASCII));
      channel.write(sum, Checksum.position(header).orElseThrow());
    }
  }

  private static void checkLength(TensorInfo info, long length, long expected, String unit) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "%s %s: %d %s (expected: %d)"
              .formatted(info.name(), Arrays.toString(info.shape()), length, unit, expected));
    }
  }

  private record Tensor(TensorInfo info, Content content) {}

  /** Writes the elements of one tensor. */
  @FunctionalInterface
  private interface Content {
    void writeTo(TensorInfo info, Sink sink) throws IOException;
  }

  /** Encodes {@code count} elements from {@code at} on. */
  @FunctionalInterface
  private interface Encoder {
    void encode(int at, int count, ByteBuffer buffer);
  }

  private record Sink(FileChannel channel, ByteBuffer buffer, Checksum checksum) {
    Sink(FileChannel channel) {
      this(
          channel,
          ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN),
          new Checksum());
    }

    void write(ByteBuffer bytes) throws IOException {
      checksum.add(bytes);
      AtomicFile.writeFully(channel, bytes);
    }

    void inChunks(TensorInfo info, int size, Encoder encoder) throws IOException {
      checkLength(info, size, info.size(), "values");
      for (int at = 0, count; at < size; at += count) {
        count = Math.min(size - at, BUFFER_BYTES / info.dtype().bytes());
        encoder.encode(at, count, buffer.clear());
        write(buffer.flip());
      }
    }
  }
}
