package io.diffusion4j.diffusion.argument;

import org.jspecify.annotations.Nullable;

/** Refuses what a caller gave, in one line: {@code name: value (expected: …)}. */
public final class Check {
  private Check() {}

  /**
   * Returns normally if a condition holds.
   *
   * @param holds written so that NaN fails it: {@code x > 0}, not the negation of {@code x <= 0}
   * @param expected what would do instead, a format if there are arguments
   * @throws IllegalArgumentException if it does not
   */
  public static void that(
      boolean holds, String name, @Nullable Object value, String expected, Object... arguments) {
    if (!holds) {
      throw refusal(name, value, expected, arguments);
    }
  }

  /** The refusal of a value, to be thrown. */
  public static IllegalArgumentException refusal(
      String name, @Nullable Object value, String expected, Object... arguments) {
    return new IllegalArgumentException(message(name, value, expected, arguments));
  }

  /** The line alone, for exceptions of other types. */
  @SuppressWarnings("AnnotateFormatMethod") // the annotation is no part of the JDK
  public static String message(
      String name, @Nullable Object value, String expected, Object... arguments) {
    String wanted = arguments.length == 0 ? expected : String.format(expected, arguments);
    return name + ": " + value + " (expected: " + wanted + ")";
  }
}
