package io.diffusion4j.data;

import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;

/** A caption that cannot be read as it is; its picture counts as unreadable. */
public final class BadCaptionException extends IOException {
  private static final long serialVersionUID = 1;

  private final String fault;

  /**
   * Creates the exception.
   *
   * @param fault what is wrong, such as {@code not UTF-8}
   * @param expected what would be right
   */
  public BadCaptionException(String fault, String expected) {
    super(Check.message("caption", fault, expected));
    this.fault = fault;
  }

  /** Returns what is wrong, such as {@code not UTF-8}. */
  public String fault() {
    return fault;
  }
}
