package io.diffusion4j.checkpoint;

import java.nio.file.Path;
import java.util.List;

/**
 * The content of a model's file or folder is not as expected.
 *
 * <p>The message names the file and lists the failures. A failure of reading or writing itself is
 * an {@link java.io.UncheckedIOException} instead.
 */
public final class CheckpointException extends RuntimeException {
  /** The longest list in a message; of a longer one, as of another network, the ends are named. */
  private static final int MAX_LINES = 50;

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
   * Creates an exception with all reasons, one per line; of more than 50 the first and the last are
   * named in one line.
   *
   * @param summary a summary of the reasons
   */
  public CheckpointException(Path file, String summary, List<String> reasons) {
    this(file, summary + listed(reasons));
  }

  private static String listed(List<String> reasons) {
    int count = reasons.size();
    return count > MAX_LINES
        ? ", such as " + reasons.get(0) + " and " + reasons.get(count - 1)
        : "\n  " + String.join("\n  ", reasons);
  }

  /** Returns the file or folder at fault. */
  public Path file() {
    return file;
  }
}
