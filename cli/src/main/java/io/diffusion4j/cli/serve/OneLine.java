package io.diffusion4j.cli.serve;

import org.jspecify.annotations.Nullable;

/** Messages that list several faults in lines of their own, for logs and status messages. */
final class OneLine {
  private OneLine() {}

  /** Returns a message in one line. */
  static String of(@Nullable String message) {
    return String.valueOf(message).strip().replaceAll("\\R\\s*", " ");
  }
}
