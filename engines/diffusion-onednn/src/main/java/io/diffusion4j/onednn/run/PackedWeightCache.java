package io.diffusion4j.onednn.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_blob;
import static org.bytedeco.dnnl.global.dnnl.dnnl_version;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.StoredTensor;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.onednn.core.Dnnl;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.WorkerPool;
import io.diffusion4j.onednn.run.PackedWeights.Plain;
import io.diffusion4j.onednn.run.PackedWeights.QuantisedWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.CRC32C;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * A cache file of packed weights, which a later start verifies by its checksum and memory-maps
 * instead of packing the weights again; processes share the memory.
 *
 * <p>A file's name is derived from the checksums of all tensors, the number format, the number of
 * threads, which determines the partition, and the versions of our quantisation and of oneDNN, so
 * that weights packed by another algorithm are never read. The key of an entry is a hash of its
 * source and of oneDNN's description of the order, which depends on the processor. A file that
 * lacks an entry, or is damaged, is written again.
 */
public final class PackedWeightCache {
  private static final System.Logger LOG = System.getLogger(PackedWeightCache.class.getName());

  private final Path file;
  private final Map<String, Integer> checksums;
  private final Optional<SafetensorsFile> opened;
  private final Map<String, Filled> missing = new LinkedHashMap<>();

  /** Packed weights that are missing in the file. */
  private record Filled(Memory memory, long bytes) {
    ByteBuffer read() {
      return memory.bytes(0, bytes);
    }
  }

  private PackedWeightCache(Path file, Map<String, Integer> checksums) {
    this.file = file;
    this.checksums = checksums;
    this.opened = open(file);
  }

  /**
   * Finds the file of these weights in a folder; empty if the bytes of a tensor are not accessible.
   *
   * @param precision the precision of the packed numbers
   * @param team computes checksums, and determines the partition of the weights
   */
  public static Optional<PackedWeightCache> of(
      Path folder, TensorSource weights, Precision precision, WorkerPool team) {
    Map<String, Integer> checksums = new ConcurrentHashMap<>();
    Queue<String> left = new ConcurrentLinkedQueue<>(weights.names());
    team.run(
        (member, stream) -> {
          for (String next = left.poll(); next != null; next = left.poll()) {
            String name = next;
            weights.stored(name).ifPresent(tensor -> checksums.put(name, checksum(tensor)));
          }
        });
    if (checksums.size() < weights.names().size()) {
      return Optional.empty();
    }
    String name = name(QuantisedWeights.VERSION, oneDnn(), precision, team.size(), checksums);
    return Optional.of(new PackedWeightCache(folder.resolve(name), checksums));
  }

  /** Returns the name of the file of these weights, by all that determines its bytes. */
  static String name(
      int version, String oneDnn, Precision precision, int threads, Map<String, Integer> sums) {
    var all = new StringBuilder("%d %s %s %d".formatted(version, oneDnn, precision, threads));
    new TreeMap<>(sums).forEach((name, sum) -> all.append('\n').append(name).append(sum));
    return hash(all.toString().getBytes(UTF_8)) + ".safetensors";
  }

  private static String oneDnn() {
    var version = dnnl_version();
    return version.major() + "." + version.minor() + "." + version.patch();
  }

  private static int checksum(StoredTensor tensor) {
    var sum = new CRC32C();
    sum.update(tensor.dtype().name().getBytes(UTF_8));
    sum.update(tensor.bytes().duplicate());
    return (int) sum.getValue();
  }

  private static String hash(byte[]... parts) {
    var digest = Sha256.start();
    for (byte[] part : parts) {
      digest.update(part);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  private static Optional<SafetensorsFile> open(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(intact(file));
    } catch (CheckpointException | UncheckedIOException e) { // the original weights are available
      LOG.log(System.Logger.Level.WARNING, "cannot read packed weights, which are made anew: " + e);
      return Optional.empty();
    }
  }

  private static SafetensorsFile intact(Path file) {
    var opened = SafetensorsFile.open(file);
    try {
      opened.requireIntact();
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Returns packed weights; empty if they are not packed yet.
   *
   * @param bytes size of the packed weights
   */
  Optional<Memory> find(String place, long bytes) {
    return opened
        .filter(kept -> kept.names().contains(place) && kept.info(place).byteSize() == bytes)
        .map(kept -> Memory.mapped(kept.raw(place)));
  }

  /** Returns the key of an entry: its source, and its order. */
  String place(Plain plain, dnnl_memory_desc wanted) {
    return place(plain, blob(wanted));
  }

  /** Returns the key of the scales of a source. */
  String scales(Plain plain) {
    return place(plain, "scales".getBytes(UTF_8));
  }

  private String place(Plain plain, byte[] order) {
    return hash(
        plain.toString().getBytes(UTF_8),
        new byte[] {0},
        number(checksums.getOrDefault(plain.key(), 0)),
        order);
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }

  private static byte[] blob(dnnl_memory_desc description) {
    try (var size = new SizeTPointer(1)) {
      Dnnl.check(dnnl_memory_desc_get_blob((BytePointer) null, size, description), "description");
      byte[] blob = new byte[Math.toIntExact(size.get())];
      Dnnl.check(dnnl_memory_desc_get_blob(blob, size, description), "description");
      return blob;
    }
  }

  /** Registers newly packed weights for the file. */
  void keep(String place, Memory memory, long bytes) {
    missing.put(place, new Filled(memory, bytes));
  }

  /** Writes the file again if newly packed weights are missing in it. */
  void write() {
    if (missing.isEmpty()) {
      return;
    }
    var writer = new SafetensorsWriter().alignedTo(Memory.ALIGNMENT).withChecksum();
    opened.ifPresent(kept -> kept.names().forEach(place -> writer.copy(kept, place)));
    missing.forEach(
        (place, filled) -> writer.raw(place, DType.U8, new long[] {filled.bytes}, filled::read));
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      writer.write(file);
    } catch (IOException | UncheckedIOException e) { // the weights are already in memory
      LOG.log(System.Logger.Level.WARNING, "cannot keep packed weights: " + e);
    }
    missing.clear();
  }

  /** Closes the file; weights found in it stay readable. */
  public void close() {
    opened.ifPresent(SafetensorsFile::close);
  }
}
