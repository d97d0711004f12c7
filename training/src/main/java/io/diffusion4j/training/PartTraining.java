package io.diffusion4j.training;

import java.util.List;

/** How one part is trained. */
interface PartTraining {
  /** What it writes, of the model's components. */
  List<String> folders();

  /**
   * Trains to the end, or until it is asked to stop, and then writes.
   *
   * @return whether it is finished
   */
  boolean train();
}
