package io.diffusion4j.checkpoint;

import io.diffusion4j.diffusion.argument.Check;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;

/**
 * A safetensors file, memory-mapped: opening reads the header only, and tensors are read from the
 * page cache on demand. Files can have any size.
 *
 * <p>The file must not be changed in place while it is open; {@link SafetensorsWriter} replaces
 * files instead.
 */
public final class SafetensorsFile implements TensorSource {
  private static final int CHUNK = 1 << 24;

  private final MappedFile file;
  private final SafetensorsHeader header;

  private SafetensorsFile(MappedFile file) {
    this.file = file;
    this.header = SafetensorsHeader.read(file);
  }

  /**
   * Opens a file and validates its header.
   *
   * @throws CheckpointException if it is not a valid safetensors file
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static SafetensorsFile open(Path path) {
    MappedFile file = MappedFile.open(path);
    try {
      return new SafetensorsFile(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Returns the file. */
  public Path path() {
    return file.path();
  }

  @Override
  public String origin() {
    return file.path().toString();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(header.tensors().keySet());
  }

  @Override
  public TensorInfo info(String name) {
    TensorInfo info = header.tensors().get(name);
    if (info == null) {
      throw new CheckpointException(file.path(), "no tensor " + name);
    }
    return info;
  }

  @Override
  public SortedMap<String, String> metadata() {
    return Collections.unmodifiableSortedMap(header.metadata());
  }

  @Override
  public ByteBuffer raw(String name, long offset, int length) {
    TensorInfo info = info(name);
    Elements.checkBytes(info, offset, length);
    return file.bytes(header.dataStart() + info.begin() + offset, length);
  }

  /**
   * Verifies the file's checksum, if it has one; reads the whole file. Files written by {@link
   * SafetensorsWriter#withChecksum} contain a checksum.
   *
   * @throws CheckpointException if the file is damaged
   */
  public void requireIntact() {
    String written = header.metadata().get(Checksum.NOTE);
    if (written == null) {
      return;
    }
    var checksum = new Checksum();
    checksum.addHeader(file.bytes(0, Math.toIntExact(header.dataStart())));
    for (long at = header.dataStart(); at < file.size(); at += CHUNK) {
      checksum.add(file.bytes(at, (int) Math.min(CHUNK, file.size() - at)));
    }
    if (!checksum.value().equals(written)) {
      throw new CheckpointException(
          file.path(),
          Check.message("checksum", checksum.value(), written + "; the file is damaged"));
    }
  }

  /**
   * Closes the file. The memory is unmapped once the collector finds that no returned buffer is in
   * use.
   */
  @Override
  public void close() {
    file.close();
  }

  @Override
  public String toString() {
    return file.path() + " (" + header.tensors().size() + " tensors)";
  }
}
