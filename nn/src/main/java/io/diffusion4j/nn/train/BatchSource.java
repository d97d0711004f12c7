package io.diffusion4j.nn.train;

import io.diffusion4j.nn.Batch;
import java.util.SplittableRandom;

/**
 * The data of a training run: a pure function of the step, so that a resumed run sees what an
 * uninterrupted one would have seen.
 */
@FunctionalInterface
public interface BatchSource {
  /** The batch of a step, counted from 0. Called from one thread at a time, ahead of the step. */
  Batch batch(long step);

  /** The randomness of a step: the same for the same seed and step, whatever came before. */
  static SplittableRandom random(long seed, long step) {
    // Hashed one after the other, so that seed and step cannot stand in for each other.
    long ofSeed = new SplittableRandom(seed).nextLong();
    return new SplittableRandom(new SplittableRandom(ofSeed ^ step).nextLong());
  }
}
