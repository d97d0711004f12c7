package io.diffusion4j.data;

import io.diffusion4j.diffusion.image.Rgb8;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Squares kept in files, one for each size, with 3 bytes a pixel: 1.2 GB for 100,000 pictures of
 * 64×64. The operating system holds them in memory while there is some. The files are deleted when
 * this is closed, and have no use after it.
 */
public final class SquareFiles implements SquareStore {
  private final Path folder;
  private final Map<Integer, Slots> bySize = new ConcurrentHashMap<>();

  /**
   * Keeps squares in a folder.
   *
   * @param folder is made if it is not there
   */
  public SquareFiles(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + folder + ": " + e, e);
    }
  }

  /** A file of squares, with a place for each picture. */
  private record Slots(FileChannel file, BitSet there) {
    boolean has(int picture) {
      synchronized (there) {
        return there.get(picture);
      }
    }

    void have(int picture) {
      synchronized (there) {
        there.set(picture);
      }
    }
  }

  @Override
  public Optional<Rgb8> read(long picture, int size) {
    Slots slots = slots(size);
    if (!slots.has(Math.toIntExact(picture))) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate(3 * size * size);
    try {
      long at = picture * bytes.capacity();
      while (bytes.hasRemaining()) {
        if (slots.file.read(bytes, at + bytes.position()) < 0) {
          throw new EOFException("the file of squares was cut off");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read from the cache " + folder + ": " + e, e);
    }
    return Optional.of(new Rgb8(size, size, bytes.array()));
  }

  @Override
  public void write(long picture, Rgb8 square) {
    Slots slots = slots(square.width());
    ByteBuffer bytes = ByteBuffer.wrap(square.pixels());
    try {
      long at = picture * bytes.capacity();
      while (bytes.hasRemaining()) {
        slots.file.write(bytes, at + bytes.position());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to the cache " + folder + ": " + e, e);
    }
    slots.have(Math.toIntExact(picture));
  }

  private Slots slots(int size) {
    return bySize.computeIfAbsent(
        size,
        unused -> {
          try {
            Path file = Files.createTempFile(folder, "squares-" + size + "-", ".rgb");
            return new Slots(
                FileChannel.open(
                    file,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE),
                new BitSet());
          } catch (IOException e) {
            throw new UncheckedIOException("cannot write to the cache " + folder + ": " + e, e);
          }
        });
  }

  @Override
  public void close() {
    for (Slots slots : bySize.values()) {
      try {
        slots.file.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot close the cache " + folder + ": " + e, e);
      }
    }
    bySize.clear();
  }
}
