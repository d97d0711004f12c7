package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.noise.NoiseSource;

/**
 * One sample to draw: its condition, its noise and its projection.
 *
 * @param projection applied to the sample between steps
 * @param <C> the type of the condition
 */
public record Draw<C>(C condition, NoiseSource noise, Projection projection) {
  /** Creates a draw without a projection. */
  public Draw(C condition, NoiseSource noise) {
    this(condition, noise, Projection.NONE);
  }

  /** Returns the same sample with another condition, which a stage translated for its network. */
  public <D> Draw<D> withCondition(D other) {
    return new Draw<>(other, noise, projection);
  }

  /** Returns the draw with another projection. */
  public Draw<C> withProjection(Projection other) {
    return new Draw<>(condition, noise, other);
  }
}
