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

  @SuppressWarnings("ImmutableEnumChecker") // each thread has its own
  private final ThreadLocal<float[]> arrays = ThreadLocal.withInitial(() -> new float[0]);

  /** Returns the array of the calling thread, with any content and at least this length. */
  float[] array(int length) {
    float[] known = arrays.get();
    if (known.length < length) {
      known = new float[length];
      arrays.set(known);
    }
    return known;
  }
}
