package io.diffusion4j.nn.train;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.SplittableRandom;

/**
 * The data of a training run: a pure function of the step, so a resumed run sees the same data as
 * an uninterrupted one.
 */
@FunctionalInterface
public interface BatchSource {
  /**
   * Returns the batch of a step, counted from 0. Called from one thread at a time, ahead of the
   * step.
   */
  Batch batch(long step);

  /**
   * Returns some rows of the batch of a step, with the same numbers as in the whole batch. Sources
   * that can make single rows override this.
   */
  default Batch rows(long step, RowRange share) {
    return batch(step).rows(share.from(), share.to());
  }

  /** Returns the batches of this source before a step, and of another one from it on. */
  default BatchSource until(long end, BatchSource next) {
    return new BatchSource() {
      @Override
      public Batch batch(long step) {
        return at(step).batch(step);
      }

      @Override
      public Batch rows(long step, RowRange share) {
        return at(step).rows(step, share);
      }

      private BatchSource at(long step) {
        return step < end ? BatchSource.this : next;
      }
    };
  }

  /** Returns the random numbers of a step, which depend only on the seed and the step. */
  static SplittableRandom random(long seed, long step) {
    // Hashed one after the other, so that exchanging seed and step gives another result.
    long ofSeed = new SplittableRandom(seed).nextLong();
    return new SplittableRandom(new SplittableRandom(ofSeed ^ step).nextLong());
  }
}
