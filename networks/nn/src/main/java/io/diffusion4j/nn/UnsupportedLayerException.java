package io.diffusion4j.nn;

/** An engine does not support one of a network's layers. */
public final class UnsupportedLayerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param layer the layer, with the reason if it is not obvious
   */
  public UnsupportedLayerException(String layer) {
    super("layer: " + layer + " (expected: one that the engine has)");
  }
}
