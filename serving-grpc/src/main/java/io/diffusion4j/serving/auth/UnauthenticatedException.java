package io.diffusion4j.serving.auth;

/** A call carries no token, or not a good one. The caller is told the message and the reason. */
public final class UnauthenticatedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String reason;

  /**
   * A refusal.
   *
   * @param reason for programs, in upper snake case
   * @param message for people; without the token
   */
  public UnauthenticatedException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why, for programs. */
  public String reason() {
    return reason;
  }
}
