package io.diffusion4j.nn.exact;

import java.util.EnumMap;
import java.util.Map;

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

  private static final ThreadLocal<Map<Scratch, float[]>> ARRAYS =
      ThreadLocal.withInitial(() -> new EnumMap<>(Scratch.class));

  /** Returns the array of the calling thread, with any content and at least this length. */
  float[] array(int length) {
    Map<Scratch, float[]> own = ARRAYS.get();
    float[] known = own.get(this);
    if (known == null || known.length < length) {
      known = new float[length];
      own.put(this, known);
    }
    return known;
  }
}
