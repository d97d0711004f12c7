package io.diffusion4j.serving.auth;

/** Thrown if a call has no valid token. The caller receives the message and the reason. */
public final class UnauthenticatedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String reason;

  /**
   * Creates the exception.
   *
   * @param reason the machine-readable reason in upper snake case, such as {@code TOKEN_EXPIRED}
   * @param message the human-readable message; must not contain the token
   */
  public UnauthenticatedException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Returns the machine-readable reason. */
  public String reason() {
    return reason;
  }
}
