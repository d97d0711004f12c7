package io.diffusion4j.checkpoint;

import java.nio.file.Path;

/** Files as Python writes them. */
final class Golden {
  /** A pipeline folder from diffusers, of tiny random networks; only some of its weights. */
  static final Path PIPELINE = Path.of("../diffusion-tf/src/test/resources/golden/unclip-pipeline");

  private Golden() {}
}
