package io.diffusion4j.serving.auth;

/** Whether a token is good cannot be found out now. The caller may try again. */
public final class UnavailableAuthenticatorException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message for the log and for the caller
   */
  public UnavailableAuthenticatorException(String message, Throwable cause) {
    super(message, cause);
  }
}
