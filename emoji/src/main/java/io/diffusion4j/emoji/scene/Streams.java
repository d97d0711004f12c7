package io.diffusion4j.emoji.scene;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Independent streams of random numbers, one for each (seed, purpose, index).
 *
 * <p>The stream of index <i>n</i> is available without drawing the streams before it, so training
 * resumes bit for bit at any example.
 */
final class Streams {
  static final long SCENE = 1;
  static final long CAPTION = 2;
  static final long ROW = 3;
  static final long STYLE = 4;

  private Streams() {}

  static SplittableRandom at(long seed, long purpose, long index) {
    return new SplittableRandom(mix(mix(mix(seed) ^ purpose) ^ index));
  }

  static <T> T oneOf(SplittableRandom random, List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /**
   * The finaliser of MurmurHash3 with Stafford's constants (mix13): every input bit affects every
   * output bit.
   */
  private static long mix(long z) {
    long h = z + 0x9e3779b97f4a7c15L;
    h = (h ^ (h >>> 30)) * 0xbf58476d1ce4e5b9L;
    h = (h ^ (h >>> 27)) * 0x94d049bb133111ebL;
    return h ^ (h >>> 31);
  }
}
