package io.diffusion4j.cli.serve;

import org.jspecify.annotations.Nullable;

/** Joins messages with a line for each fault into one line, for logs and status messages. */
final class OneLine {
  private OneLine() {}

  /** Returns a message in one line. */
  static String of(@Nullable String message) {
    return String.valueOf(message).strip().replaceAll("\\R\\s*", " ");
  }
}
