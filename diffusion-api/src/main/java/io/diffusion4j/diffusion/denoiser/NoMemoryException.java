package io.diffusion4j.diffusion.denoiser;

/**
 * There was too little memory for what a network was asked: on the device, or beside the heap. The
 * network is as good as before; fewer samples at once, or smaller ones, may fit.
 */
public final class NoMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * A network had too little memory.
   *
   * @param message what was asked for
   */
  public NoMemoryException(String message) {
    super(message);
  }

  /**
   * A network had too little memory.
   *
   * @param message what was asked for
   * @param cause how the engine said so
   */
  public NoMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
