package io.diffusion4j.checkpoint;

import java.nio.file.Path;
import java.util.List;

/**
 * The content of a model's file or folder is not as expected.
 *
 * <p>The message names the file and lists all failures. A failure of reading or writing itself is
 * an {@link java.io.UncheckedIOException} instead.
 */
public final class CheckpointException extends RuntimeException {
  private final Path file;

  /**
   * Creates the exception for one reason, in the form {@code name: value (expected: …)} where there
   * is a value.
   */
  public CheckpointException(Path file, String reason) {
    super(file + ": " + reason);
    this.file = file;
  }

  /** Creates the exception of {@link #CheckpointException(Path, String)} with a cause. */
  public CheckpointException(Path file, String reason, Throwable cause) {
    super(file + ": " + reason, cause);
    this.file = file;
  }

  /**
   * Creates an exception with all reasons, one per line.
   *
   * @param summary a summary of the reasons
   */
  public CheckpointException(Path file, String summary, List<String> reasons) {
    this(file, summary + "\n  " + String.join("\n  ", reasons));
  }

  /** Returns the file or folder at fault. */
  public Path file() {
    return file;
  }
}
