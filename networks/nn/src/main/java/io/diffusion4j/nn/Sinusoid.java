package io.diffusion4j.nn;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The form in which a network receives a timestep t: the {@link TimeEmbedding} of scale · (t +
 * offset).
 *
 * @param channels the number of channels, at least 2
 * @param freqShift s in f_i = 10000^(−i/(h − s))
 * @param sinesFirst whether the sines come first
 * @param scale more than 0
 * @param offset the offset, at least 0
 */
public record Sinusoid(
    int channels, double freqShift, boolean sinesFirst, double scale, double offset) {
  public Sinusoid {
    Check.that(channels >= 2, "channels", channels, "≥ 2");
  }

  /** Returns the sinusoids of the unscaled timestep, with the cosines first. */
  public static Sinusoid of(int channels) {
    return new Sinusoid(channels, 0, false, 1, 0);
  }

  /** Returns the sinusoid of a timestep, {@code [channels]}. */
  public float[] at(double t) {
    return TimeEmbedding.sinusoid(scale * (t + offset), channels, freqShift, sinesFirst);
  }
}
