package io.diffusion4j.nn.engine;

/** The number format of activations and matrix products in an engine. */
public enum Precision {
  FLOAT32,
  /** Half the bits of float32 with its full exponent; products are summed in float32. */
  BFLOAT16
}
