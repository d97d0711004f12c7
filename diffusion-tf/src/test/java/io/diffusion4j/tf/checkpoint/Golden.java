package io.diffusion4j.tf.checkpoint;

import java.nio.file.Path;

/** Files as Python writes them. */
final class Golden {
  /** A pipeline folder from diffusers, of tiny random networks; only some of its weights. */
  static final Path PIPELINE = Path.of("src/test/resources/golden/unclip-pipeline");

  private Golden() {}
}
