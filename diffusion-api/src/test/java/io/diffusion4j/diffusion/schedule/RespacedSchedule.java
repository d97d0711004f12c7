package io.diffusion4j.diffusion.schedule;

/**
 * A schedule restricted to some of its timesteps, renumbered: ᾱ is that of the timesteps kept, and
 * β is recomputed to fit, β′ = 1 − ᾱ_t/ᾱ_s for neighbours s &lt; t among them (Nichol &amp;
 * Dhariwal 2021, §4; {@code SpacedDiffusion} of OpenAI's code).
 *
 * <p>The time input of a network that was trained on the whole schedule is {@link #timestep}. The
 * samplers of this project do not need this class: they take the timesteps as a separate argument.
 *
 * @param whole the schedule
 * @param kept the timesteps to keep
 */
public record RespacedSchedule(NoiseSchedule whole, Timesteps kept) implements NoiseSchedule {
  public RespacedSchedule {
    kept.requireBelow(whole.steps());
  }

  @Override
  public int steps() {
    return kept.size();
  }

  @Override
  public double alphaBar(int t) {
    return whole.alphaBar(timestep(t));
  }

  /**
   * Returns the timestep of the whole schedule ({@code timestep_map} in OpenAI's code).
   *
   * @param t the time from {@link #CLEAN} to {@code steps() − 1}
   * @throws IndexOutOfBoundsException if t is outside
   */
  public int timestep(int t) {
    return kept.get(kept.size() - 1 - t);
  }
}
