package io.diffusion4j.diffusion;

/**
 * One sample to be drawn: what it is conditioned on, and where its randomness comes from.
 *
 * @param <C> what the sample is conditioned on
 */
public record Draw<C>(C condition, NoiseSource noise) {}
