package io.diffusion4j.training;

import java.util.List;

/** The training of one part. */
interface PartTraining {
  /** Returns the components that it writes. */
  List<String> folders();

  /**
   * Trains until the end or until it is stopped, then writes the part.
   *
   * @return whether it is finished
   */
  boolean train();
}
