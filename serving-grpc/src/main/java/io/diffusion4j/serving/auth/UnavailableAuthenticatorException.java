package io.diffusion4j.serving.auth;

/** Thrown if a token cannot be checked at the moment. The caller may try again. */
public final class UnavailableAuthenticatorException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message the message for the log and for the caller
   * @param cause the reason why the token cannot be checked
   */
  public UnavailableAuthenticatorException(String message, Throwable cause) {
    super(message, cause);
  }
}
