package io.diffusion4j.nn;

/** An engine does not have one of a network's layers. */
public final class UnsupportedLayerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Names the layer.
   *
   * @param layer the layer, and why the engine does not have it if that needs saying
   */
  public UnsupportedLayerException(String layer) {
    super("layer: " + layer + " (expected: one that the engine has)");
  }
}
