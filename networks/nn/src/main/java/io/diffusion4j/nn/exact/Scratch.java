package io.diffusion4j.nn.exact;

/** Arrays for intermediate results, of which each thread has its own; they are used again. */
enum Scratch {
  TILE,
  TILE_2,
  TILE_3,
  TILE_4,
  SUMS,
  RESULTS,
  OWN,
  LIMBS_OF_QUERIES,
  LIMBS_OF_KEYS,
  LIMBS_OF_VALUES,
  LIMBS_OF_PROBABILITIES;

  private static final ThreadLocal<float[][]> ARRAYS =
      ThreadLocal.withInitial(() -> new float[values().length][0]);

  /** Returns the array of the calling thread, with any content and at least this length. */
  float[] array(int length) {
    float[][] own = ARRAYS.get();
    if (own[ordinal()].length < length) {
      own[ordinal()] = new float[length];
    }
    return own[ordinal()];
  }
}
