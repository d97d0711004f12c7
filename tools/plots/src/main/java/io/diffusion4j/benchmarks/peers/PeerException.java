package io.diffusion4j.benchmarks.peers;

/** A peer cannot be measured, or computes something else than it should. */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with a message of one line. */
  public PeerException(String message) {
    super(message);
  }

  /** Creates the exception with a message of one line and a cause. */
  public PeerException(String message, Throwable cause) {
    super(message, cause);
  }
}
