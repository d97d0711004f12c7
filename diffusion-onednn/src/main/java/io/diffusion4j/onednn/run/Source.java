package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.View;
import java.util.Optional;

/**
 * The activations that a convolution or dense layer reads.
 *
 * @param scale what 8-bit integers are multiplied by, one number; empty for other formats
 */
record Source(Value value, Optional<View> scale) {
  /** Reads a value as it is. */
  static Source of(Value value) {
    return new Source(value, Optional.empty());
  }
}
