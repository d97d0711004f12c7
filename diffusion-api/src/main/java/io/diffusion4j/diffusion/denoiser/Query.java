package io.diffusion4j.diffusion.denoiser;

/**
 * One input of a {@link Denoiser}: a noisy sample, its time and its condition.
 *
 * @param xt the noisy sample, a row-major array in channels-last order; not modified
 * @param t the time in timesteps of the training schedule; fractional for solvers that step between
 *     the integers
 * @param condition the condition of the sample
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
public record Query<C>(float[] xt, double t, C condition) {}
