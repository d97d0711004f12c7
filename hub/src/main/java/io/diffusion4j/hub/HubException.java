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

  /** The Hub's own word: asking again, or the cache, would not help. */
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
