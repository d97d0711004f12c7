package io.diffusion4j.nn;

import java.util.Objects;

/** Looks into batches. */
public final class Batches {
  private Batches() {}

  /** The numbers of an input. */
  public static float[] floats(Batch batch, String name) {
    return (float[]) Objects.requireNonNull(batch.values().get(name), name);
  }
}
