package io.diffusion4j.checkpoint;

import java.nio.file.Path;
import java.util.List;

/**
 * A file or folder of a model does not hold what it should.
 *
 * <p>The message names the file and everything that is wrong with it. Failing to read or write at
 * all is an {@link java.io.UncheckedIOException} instead.
 */
public final class CheckpointException extends RuntimeException {
  private final Path file;

  /** One reason, in the form {@code name: value (expected: …)} where there is a value. */
  public CheckpointException(Path file, String reason) {
    super(file + ": " + reason);
    this.file = file;
  }

  /** As {@link #CheckpointException(Path, String)}, with what brought it about. */
  public CheckpointException(Path file, String reason, Throwable cause) {
    super(file + ": " + reason, cause);
    this.file = file;
  }

  /**
   * Everything that is wrong, one reason a line.
   *
   * @param summary what the reasons amount to
   */
  public CheckpointException(Path file, String summary, List<String> reasons) {
    this(file, summary + "\n  " + String.join("\n  ", reasons));
  }

  /** The file or folder at fault. */
  public Path file() {
    return file;
  }
}
