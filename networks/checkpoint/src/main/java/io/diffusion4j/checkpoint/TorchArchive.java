package io.diffusion4j.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Torch's zip files: one folder of uncompressed entries, which can be memory-mapped. Supports
 * ZIP64.
 *
 * <p>We have our own reader because libraries decompress, copy, or trust local headers. We need
 * entries of more than 2³² bytes, and the offset of an entry's first byte in the file.
 */
final class TorchArchive {
  private static final int END = 0x06054b50;
  private static final int END_SIZE = 22;
  private static final int END64 = 0x06064b50;
  private static final int LOCATOR64 = 0x07064b50;
  private static final int LOCATOR64_SIZE = 20;
  private static final int CENTRAL = 0x02014b50;
  private static final int CENTRAL_SIZE = 46;
  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_SIZE = 30;
  private static final int MAX_DIRECTORY = 256 << 20;
  private static final long U32 = 0xffffffffL;
  private static final int U16 = 0xffff;
  private static final String PICKLE = "/data.pkl";

  /** An entry of the directory. */
  private record Entry(int flags, int method, long compressed, long size, long local) {}

  /** The range of an entry's bytes in the file. */
  record Range(long begin, long length) {}

  private final MappedFile file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final String root;
  private long directory;

  /**
   * Reads the directory.
   *
   * @throws CheckpointException if it is not torch's, or its ranges do not fit the file
   */
  TorchArchive(MappedFile file) {
    this.file = file;
    readDirectory();
    List<String> roots = entries.keySet().stream().filter(name -> name.endsWith(PICKLE)).toList();
    if (roots.size() != 1) {
      throw fault("entries …" + PICKLE + ": " + roots.size() + " (expected: 1)");
    }
    this.root = roots.get(0).substring(0, roots.get(0).length() - PICKLE.length());
  }

  boolean has(String name) {
    return entries.containsKey(root + "/" + name);
  }

  /**
   * Returns the range of an entry's bytes.
   *
   * @throws CheckpointException if there is no such entry, or it is compressed or encrypted
   */
  Range entry(String name) {
    String full = root + "/" + name;
    Entry entry = entries.get(full);
    if (entry == null) {
      throw fault("no entry " + full);
    }
    if ((entry.flags() & 1) != 0 || entry.method() != 0 || entry.compressed() != entry.size()) {
      throw fault("entry " + full + ": compressed or encrypted (expected: stored as it is)");
    }
    if (entry.local() < 0 || entry.local() > directory - LOCAL_SIZE) {
      throw fault("entry " + full + ": outside the file");
    }
    ByteBuffer header = file.bytes(entry.local(), LOCAL_SIZE);
    int nameLength = header.getShort(26) & U16;
    int extraLength = header.getShort(28) & U16;
    long begin = entry.local() + LOCAL_SIZE + nameLength + extraLength;
    if (header.getInt(0) != LOCAL || begin > directory) {
      throw fault("entry " + full + ": no local header at the directory's offset");
    }
    if (!name(file.bytes(entry.local() + LOCAL_SIZE, nameLength), nameLength).equals(full)) {
      throw fault("entry " + full + ": another name in its local header");
    }
    if (entry.size() < 0 || entry.size() > directory - begin) {
      throw fault(
          "entry %s: %s bytes (expected: ≤ %d, the size of the file)"
              .formatted(full, Long.toUnsignedString(entry.size()), directory - begin));
    }
    return new Range(begin, entry.size());
  }

  private void readDirectory() {
    int tail = (int) Math.min(file.size(), END_SIZE + U16);
    ByteBuffer bytes = file.bytes(file.size() - tail, tail);
    int at = tail - END_SIZE;
    while (at >= 0 && bytes.getInt(at) != END) {
      at--;
    }
    if (at < 0) {
      throw fault("no directory (expected: a zip file; is it truncated?)");
    }
    long count = bytes.getShort(at + 10) & U16;
    long size = bytes.getInt(at + 12) & U32;
    directory = bytes.getInt(at + 16) & U32;
    long end = file.size() - tail + at;
    if (count == U16 || size == U32 || directory == U32) {
      ByteBuffer record = record64(end);
      count = record.getLong(32);
      size = record.getLong(40);
      directory = record.getLong(48);
    }
    if (directory < 0 || size < 0 || size > MAX_DIRECTORY || directory > end - size) {
      throw fault("directory: outside the file");
    }
    if (count < 0 || count > size / CENTRAL_SIZE) {
      throw fault("entries: %d (expected: at most what fits %d bytes)".formatted(count, size));
    }
    ByteBuffer central = file.bytes(directory, (int) size);
    for (long i = 0; i < count; i++) {
      readEntry(central);
    }
    if (central.hasRemaining()) {
      throw fault("directory: %d bytes are left (expected: 0)".formatted(central.remaining()));
    }
  }

  private ByteBuffer record64(long end) {
    long locator = end - LOCATOR64_SIZE;
    if (locator < 0 || file.bytes(locator, LOCATOR64_SIZE).getInt(0) != LOCATOR64) {
      throw fault("directory: no ZIP64 record");
    }
    long at = file.bytes(locator, LOCATOR64_SIZE).getLong(8);
    if (at < 0 || at > locator - 56 || file.bytes(at, 56).getInt(0) != END64) {
      throw fault("directory: no ZIP64 record at the locator's offset");
    }
    return file.bytes(at, 56);
  }

  private void readEntry(ByteBuffer central) {
    if (central.remaining() < CENTRAL_SIZE || central.getInt(central.position()) != CENTRAL) {
      throw fault("directory: no entry where one should be");
    }
    int at = central.position();
    int nameLength = central.getShort(at + 28) & U16;
    int extraLength = central.getShort(at + 30) & U16;
    int commentLength = central.getShort(at + 32) & U16;
    central.position(at + CENTRAL_SIZE);
    if (central.remaining() < nameLength + extraLength + commentLength) {
      throw fault("directory: an entry ends too early");
    }
    String name = name(central, nameLength);
    ByteBuffer extra = central.slice(central.position(), extraLength).order(central.order());
    central.position(central.position() + extraLength + commentLength);
    long size = central.getInt(at + 24) & U32;
    long compressed = central.getInt(at + 20) & U32;
    long local = central.getInt(at + 42) & U32;
    if (size == U32 || compressed == U32 || local == U32) {
      ByteBuffer values = extra64(name, extra);
      size = size == U32 ? next(name, values) : size;
      compressed = compressed == U32 ? next(name, values) : compressed;
      local = local == U32 ? next(name, values) : local;
    }
    var entry =
        new Entry(central.getShort(at + 8), central.getShort(at + 10), compressed, size, local);
    if (entries.put(name, entry) != null) {
      throw fault("entry " + name + ": twice");
    }
  }

  /** Reads the extra field with the values that do not fit 32 bits. */
  private ByteBuffer extra64(String name, ByteBuffer extra) {
    while (extra.remaining() >= 4) {
      int id = extra.getShort() & U16;
      int length = extra.getShort() & U16;
      if (length > extra.remaining()) {
        break;
      }
      if (id == 1) {
        return extra.slice(extra.position(), length).order(extra.order());
      }
      extra.position(extra.position() + length);
    }
    throw fault("entry " + name + ": no ZIP64 sizes");
  }

  private long next(String name, ByteBuffer values) {
    if (values.remaining() < Long.BYTES) {
      throw fault("entry " + name + ": no ZIP64 sizes");
    }
    return values.getLong();
  }

  private static String name(ByteBuffer from, int length) {
    byte[] name = new byte[length];
    from.get(name);
    return new String(name, StandardCharsets.UTF_8);
  }

  private CheckpointException fault(String reason) {
    Path path = file.path();
    return new CheckpointException(path, reason);
  }
}
