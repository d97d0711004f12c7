package io.diffusion4j.tf;

import org.bytedeco.javacpp.Pointer;

/** The native tensors of this process, which the garbage collector does not see. */
public final class NativeTensors {
  private NativeTensors() {}

  /**
   * How many are alive: made, and not closed yet. A few that belong to TensorFlow itself count,
   * too, so that what tells of a leak is growth.
   */
  public static long live() {
    return Pointer.totalCount();
  }
}
