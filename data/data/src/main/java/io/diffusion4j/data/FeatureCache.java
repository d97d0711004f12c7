package io.diffusion4j.data;

import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.diffusion.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * Values that were computed from pictures, such as latents, kept in a folder so that each picture
 * is computed once, in this run or a later one. A file belongs to the pixels of a picture, whatever
 * its name and place in the data, and to what computed it; it ends in a checksum: a damaged file is
 * computed again. Files may be deleted at any time. Safe for use by several threads and processes.
 */
public final class FeatureCache {
  private static final int TRAILER = Integer.BYTES;

  private final Path folder;
  private final byte[] by;
  private final long most;
  private long added;

  /**
   * Keeps values in a folder.
   *
   * @param folder of one kind of values; created when the first one is kept
   * @param by what computes the values, such as the digest of the weights
   * @param most the number of bytes to add at most; beyond, values are computed each time
   */
  public FeatureCache(Path folder, String by, long most) {
    this.folder = folder;
    this.by = by.getBytes(StandardCharsets.UTF_8);
    this.most = most;
  }

  /** Returns the values of a picture: the kept ones, or the computed ones, which are kept. */
  public float[] of(Image picture, Function<Image, float[]> compute) {
    Path file = folder.resolve(name(picture));
    return read(file)
        .orElseGet(
            () -> {
              float[] values = compute.apply(picture);
              write(file, values);
              return values;
            });
  }

  private String name(Image picture) {
    float[] pixels = picture.pixels();
    var bytes = ByteBuffer.allocate(by.length + 2 * Integer.BYTES + Float.BYTES * pixels.length);
    bytes.put(by).putInt(picture.width()).putInt(picture.height()).asFloatBuffer().put(pixels);
    return HexFormat.of().formatHex(Sha256.of(bytes.array()), 0, 16);
  }

  private static Optional<float[]> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      byte[] content = Files.readAllBytes(file);
      var bytes = ByteBuffer.wrap(content);
      int length = content.length - TRAILER;
      if (length < 0
          || length % Float.BYTES != 0
          || bytes.getInt(length) != checksum(content, length)) {
        return Optional.empty();
      }
      float[] values = new float[length / Float.BYTES];
      bytes.asFloatBuffer().get(values);
      return Optional.of(values);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  private void write(Path file, float[] values) {
    int length = Float.BYTES * values.length;
    byte[] content = new byte[length + TRAILER];
    if (!reserve(content.length)) {
      return;
    }
    var bytes = ByteBuffer.wrap(content);
    bytes.asFloatBuffer().put(values);
    bytes.putInt(length, checksum(content, length));
    Path unfinished = folder.resolve(UUID.randomUUID() + ".tmp");
    try {
      Files.createDirectories(folder);
      Files.write(unfinished, content);
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
  }

  private synchronized boolean reserve(long bytes) {
    if (added + bytes > most) {
      return false;
    }
    added += bytes;
    return true;
  }

  private static int checksum(byte[] bytes, int length) {
    var sum = new CRC32C();
    sum.update(bytes, 0, length);
    return (int) sum.getValue();
  }
}
