package io.diffusion4j.serving.file;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that is read from files, and read again when they change. The files are checked when the
 * value is used, at most once a second. If they become unreadable or invalid, the previous value
 * stays in use, with one error in the log. Thread-safe.
 */
public final class ReloadedFiles<T> implements Supplier<T> {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadedFiles.class);

  /** The shortest interval between two checks of the files. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final String what;
  private final List<Path> files;
  private final Reader<T> reader;

  // The following fields are guarded by this.
  private FileVersion version;
  private long checked = System.nanoTime();
  private T value;

  /** Reads the value from the files. */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read
     * @throws IllegalArgumentException if one is invalid
     */
    T read() throws IOException;
  }

  /**
   * Reads the files for the first time.
   *
   * @param what the name of the value in the log, such as {@code tokens}
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if a file is invalid
   */
  public ReloadedFiles(String what, List<Path> files, Reader<T> reader) throws IOException {
    this.what = what;
    this.files = List.copyOf(files);
    this.reader = reader;
    version = FileVersion.of(files);
    value = reader.read();
  }

  @Override
  public synchronized T get() {
    long now = System.nanoTime();
    if (now - checked >= PAUSE.toNanos()) {
      checked = now;
      check();
    }
    return value;
  }

  private void check() {
    FileVersion found = FileVersion.of(files);
    if (found.equals(version)) {
      return;
    }
    version = found;
    try {
      value = reader.read();
      LOG.info("{} read again from {}", what, files);
    } catch (IOException | IllegalArgumentException e) { // such as half of a new pair
      LOG.error("{} stay as they were: {}", what, e.toString(), e);
    }
  }
}
