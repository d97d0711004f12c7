package io.diffusion4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.diffusion.image.Rgb8;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/**
 * The squares of a set kept in files, one for each size, with 3 bytes a pixel: 1.2 GB for 100,000
 * pictures of 64×64. Later runs find them there. The operating system keeps them in its page cache.
 *
 * <p>A file belongs to one list of pictures and one preparation. Each picture has a place in it,
 * which ends in a checksum of its version and its pixels. A changed picture, a partly written
 * square and a damaged square are cut again. So a file may be deleted at any time, and written by
 * several runs at once. Safe for use by several threads.
 */
public final class CropCache implements AutoCloseable {
  /** A prefix of the checksum, so that an unwritten place of zeros is invalid. */
  private static final int MAGIC = 0x64346a32;

  private static final int TRAILER = 2 * Integer.BYTES;

  private final Path folder;
  private final PictureSet set;
  private final String name;
  private final Map<Integer, FileChannel> bySize = new ConcurrentHashMap<>();

  /**
   * Keeps squares in a folder.
   *
   * @param folder is created if necessary
   * @param set the set of the pictures, which the caller closes
   * @param preparation the preparation of the squares
   * @param minSize the smallest shorter side of a picture, in pixels
   */
  public CropCache(Path folder, PictureSet set, Preparation preparation, int minSize) {
    this.folder = folder;
    this.set = set;
    this.name = name(set, preparation, minSize);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + folder + ": " + e, e);
    }
  }

  /** Returns the digest of the pictures, their order and their preparation. */
  private static String name(PictureSet set, Preparation preparation, int minSize) {
    var hash = Sha256.start();
    hash.update((set.name() + '\n' + preparation.fit() + '\n' + minSize).getBytes(UTF_8));
    for (long i = 0; i < set.size(); i++) {
      hash.update(('\n' + set.key(i)).getBytes(UTF_8));
    }
    return HexFormat.of().formatHex(hash.digest(), 0, 8);
  }

  /**
   * Returns a stored square, if there is one.
   *
   * @param picture its index
   * @param size its height and width
   */
  Optional<Rgb8> read(long picture, int size) {
    OptionalLong version = set.version(picture);
    if (version.isEmpty()) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate(3 * size * size + TRAILER);
    FileChannel file = file(size);
    try {
      long at = picture * bytes.capacity();
      while (bytes.hasRemaining()) {
        if (file.read(bytes, at + bytes.position()) < 0) {
          return Optional.empty();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read from the cache " + folder + ": " + e, e);
    }
    byte[] pixels = Arrays.copyOf(bytes.array(), 3 * size * size);
    return bytes.getInt(pixels.length) == MAGIC
            && bytes.getInt(pixels.length + Integer.BYTES) == checksum(version.getAsLong(), pixels)
        ? Optional.of(new Rgb8(size, size, pixels))
        : Optional.empty();
  }

  /** Keeps a square. */
  void write(long picture, Rgb8 square) {
    OptionalLong version = set.version(picture);
    if (version.isEmpty()) {
      return;
    }
    byte[] pixels = square.pixels();
    ByteBuffer bytes =
        ByteBuffer.allocate(pixels.length + TRAILER)
            .put(pixels)
            .putInt(MAGIC)
            .putInt(checksum(version.getAsLong(), pixels))
            .flip();
    FileChannel file = file(square.width());
    try {
      long at = picture * bytes.capacity();
      while (bytes.hasRemaining()) {
        file.write(bytes, at + bytes.position());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to the cache " + folder + ": " + e, e);
    }
  }

  private static int checksum(long version, byte[] pixels) {
    var sum = new CRC32C();
    sum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, version));
    sum.update(pixels);
    return (int) sum.getValue();
  }

  private FileChannel file(int size) {
    return bySize.computeIfAbsent(
        size,
        unused -> {
          try {
            return FileChannel.open(
                folder.resolve("%s-%d.squares".formatted(name, size)),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
          } catch (IOException e) {
            throw new UncheckedIOException("cannot write to the cache " + folder + ": " + e, e);
          }
        });
  }

  @Override
  public void close() {
    for (FileChannel file : bySize.values()) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot close the cache " + folder + ": " + e, e);
      }
    }
    bySize.clear();
  }
}
