package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.noise.NoiseSource;

/**
 * One sample to be drawn: what it is conditioned on, where its randomness comes from, and what it
 * is held to.
 *
 * @param projection what is done to the sample between steps
 * @param <C> what the sample is conditioned on
 */
public record Draw<C>(C condition, NoiseSource noise, Projection projection) {
  /** A sample that is held to nothing. */
  public Draw(C condition, NoiseSource noise) {
    this(condition, noise, Projection.NONE);
  }

  /** The same sample under another condition, as a stage translates it for its network. */
  public <D> Draw<D> withCondition(D other) {
    return new Draw<>(other, noise, projection);
  }

  /** The same sample, held to something else. */
  public Draw<C> withProjection(Projection other) {
    return new Draw<>(condition, noise, other);
  }
}
