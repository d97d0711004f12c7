package io.diffusion4j.nn.train.group;

/**
 * A process of the {@link Group} is lost or does not answer. The training continues from its last
 * checkpoint once all processes have been started again.
 */
public final class PeerLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception without a cause. */
  public PeerLostException(String message) {
    super(message);
  }

  /** Creates an exception. */
  public PeerLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
