package io.diffusion4j.hub;

/**
 * The requested model or file does not exist, access is denied, or the Hub cannot be reached; in
 * one line.
 */
public final class HubException extends RuntimeException {
  private final boolean reachable;

  private HubException(String message, boolean reachable) {
    super(message);
    this.reachable = reachable;
  }

  /** Returns the error for a refusal by the Hub: neither retries nor the cache would help. */
  static HubException refused(String message) {
    return new HubException(message, true);
  }

  /** No response with information about the model. */
  static HubException unreachable(String message) {
    return new HubException(message, false);
  }

  /**
   * Whether the Hub's response is that the file does not exist; otherwise the cache may still have
   * it.
   */
  public boolean isFinal() {
    return reachable;
  }
}
