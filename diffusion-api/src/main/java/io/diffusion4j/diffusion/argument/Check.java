package io.diffusion4j.diffusion.argument;

import org.jspecify.annotations.Nullable;

/** Checks of arguments, whose errors are one line: {@code name: value (expected: …)}. */
public final class Check {
  private Check() {}

  /**
   * Returns normally if a condition holds.
   *
   * @param holds written so that NaN fails it: {@code x > 0}, not the negation of {@code x <= 0}
   * @param expected a description of valid values; a format if there are arguments
   * @throws IllegalArgumentException if it does not
   */
  public static void that(
      boolean holds, String name, @Nullable Object value, String expected, Object... arguments) {
    if (!holds) {
      throw refusal(name, value, expected, arguments);
    }
  }

  /** Returns normally if a number is greater than 0 and finite. */
  public static void positive(String name, double value) {
    that(value > 0 && value < Double.POSITIVE_INFINITY, name, value, "> 0 and finite");
  }

  /** Returns normally if a number is at least 0 and finite. */
  public static void notNegative(String name, double value) {
    that(value >= 0 && value < Double.POSITIVE_INFINITY, name, value, "≥ 0 and finite");
  }

  /** Returns normally if a number is in a range, both ends included. */
  public static void between(String name, int value, int low, int high) {
    that(value >= low && value <= high, name, value, "in [%s, %s]", low, high);
  }

  /** Returns normally if a number is in [0, 1]. */
  public static void share(String name, double value) {
    that(value >= 0 && value <= 1, name, value, "in [0, 1]");
  }

  /** Returns normally if there are as many values as expected. */
  public static void length(String name, int values, int expected) {
    that(values == expected, name, values + " values", "%s", expected);
  }

  /** Returns the exception for an invalid value, to be thrown. */
  public static IllegalArgumentException refusal(
      String name, @Nullable Object value, String expected, Object... arguments) {
    return new IllegalArgumentException(message(name, value, expected, arguments));
  }

  /** Returns only the message, for exceptions of other types. */
  @SuppressWarnings("AnnotateFormatMethod") // the annotation is no part of the JDK
  public static String message(
      String name, @Nullable Object value, String expected, Object... arguments) {
    String wanted = arguments.length == 0 ? expected : String.format(expected, arguments);
    return name + ": " + value + " (expected: " + wanted + ")";
  }
}
