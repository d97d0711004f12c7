package io.diffusion4j.tf;

/** A network has a layer that an engine lacks. */
public final class UnsupportedLayerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Names the layer.
   *
   * @param layer what it is and where
   */
  public UnsupportedLayerException(String layer) {
    super("layer: " + layer + " (expected: one that the engine has)");
  }
}
