package io.diffusion4j.diffusion.denoiser;

/**
 * A network ran out of memory: on the device, or outside the heap. The network stays usable; fewer
 * or smaller samples at once may fit.
 */
public final class NativeOutOfMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Creates the exception of a network that had too little memory.
   *
   * @param message describes the computation
   */
  public NativeOutOfMemoryException(String message) {
    super(message);
  }

  /**
   * Creates the exception of a network that had too little memory.
   *
   * @param message describes the computation
   * @param cause the exception of the engine
   */
  public NativeOutOfMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
