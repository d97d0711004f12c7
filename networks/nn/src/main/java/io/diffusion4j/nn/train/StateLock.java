package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The exclusive right of one training to write the state in a folder. The kernel releases it when
 * the process ends in any way.
 *
 * <p>The lock is a locked file. It contains the process and the host of the holder, for the message
 * of a second training, and is deleted on release.
 */
final class StateLock implements AutoCloseable {
  private static final String FILE = "lock";

  /**
   * The position of the locked byte, after the contents: except on POSIX systems, other processes
   * cannot read a locked byte.
   */
  private static final long LOCKED = Long.MAX_VALUE - 1;

  /**
   * The files locked by this process. They must not be opened again: closing any channel of a file
   * releases all locks of the process on it.
   */
  private static final Set<Path> HELD = new HashSet<>();

  private final Path file;
  private final FileChannel channel;

  private StateLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the lock of a folder.
   *
   * @throws IllegalArgumentException if another training holds it; the message has its process and
   *     host
   * @throws UncheckedIOException if the folder cannot be written to
   */
  static StateLock of(Path folder) {
    try {
      Path file = folder.toRealPath().resolve(FILE);
      synchronized (HELD) {
        if (HELD.contains(file)) {
          throw inUse(folder, self());
        }
        Optional<StateLock> taken = Optional.empty();
        while (taken.isEmpty()) {
          taken = take(folder, file);
        }
        HELD.add(file);
        return taken.get();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + folder + ": " + e, e);
    }
  }

  /** The result is empty if the previous holder deleted the file while it was being opened here. */
  private static Optional<StateLock> take(Path folder, Path file) throws IOException {
    boolean isThere = Files.exists(file);
    Optional<Object> before = isThere ? key(file) : Optional.empty();
    FileChannel channel;
    try {
      channel = open(file, isThere ? StandardOpenOption.READ : StandardOpenOption.CREATE_NEW);
    } catch (NoSuchFileException | FileAlreadyExistsException e) {
      return Optional.empty(); // another training began or ended just now
    }
    try {
      if (!isThere) {
        before = key(file);
      }
      if (channel.tryLock(LOCKED, 1, false) == null) {
        throw inUse(folder, holder(file));
      }
      if (Files.exists(file) && key(file).equals(before)) {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((self() + "\n").getBytes(StandardCharsets.UTF_8)));
        return Optional.of(new StateLock(file, channel));
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return Optional.empty();
  }

  private static FileChannel open(Path file, OpenOption how) throws IOException {
    return FileChannel.open(file, how, StandardOpenOption.WRITE);
  }

  /**
   * Returns a key that distinguishes a file from a later one of the same name; empty if the file
   * system has none.
   */
  private static Optional<Object> key(Path file) throws IOException {
    try {
      return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static IllegalArgumentException inUse(Path folder, String holder) {
    return Check.refusal("state", folder, "not in use, but %s is training in it", holder);
  }

  private static String holder(Path file) throws IOException {
    try {
      return Files.readString(file).lines().findFirst().orElse("a process that has just begun");
    } catch (NoSuchFileException e) {
      return "a process that has just ended";
    }
  }

  private static String self() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "a host without a name";
    }
    return "process " + ProcessHandle.current().pid() + " on " + host;
  }

  /** Releases the lock; a second call does nothing. */
  @Override
  public void close() {
    synchronized (HELD) {
      if (channel.isOpen()) {
        try (channel) {
          Files.deleteIfExists(file);
        } catch (IOException e) {
          throw new UncheckedIOException("cannot unlock " + file + ": " + e, e);
        } finally {
          HELD.remove(file);
        }
      }
    }
  }
}
