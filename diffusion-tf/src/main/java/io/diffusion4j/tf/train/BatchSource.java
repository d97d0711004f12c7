package io.diffusion4j.tf.train;

import io.diffusion4j.tf.Batch;

/**
 * The data of a training run: a pure function of the step, so that a resumed run sees what an
 * uninterrupted one would have seen.
 */
@FunctionalInterface
public interface BatchSource {
  /** The batch of a step, counted from 0. Called from one thread at a time, ahead of the step. */
  Batch batch(long step);
}
