package io.diffusion4j.nn.engine;

/** A requested engine, precision or device is not available on this machine. */
public final class EngineUnavailableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception whose message names the unavailable feature and the reason. */
  public EngineUnavailableException(String message) {
    super(message);
  }

  /** Creates an exception with the failure of the engine's library as its cause. */
  public EngineUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
