package io.diffusion4j.unclip.doctor;

import java.util.List;

/**
 * What was found out about a part of a model.
 *
 * @param part the name of its folder
 * @param finding why, in words and numbers
 * @param levels how well it denoises; empty for a part that does not, or was not asked
 */
public record Diagnosis(String part, Verdict verdict, String finding, List<Level> levels) {
  /**
   * How well a network denoises at a timestep. Errors are mean squares over the values of x₀.
   *
   * @param t the timestep
   * @param alphaBar ᾱ of the timestep
   * @param error of the network's x̂₀
   * @param mean of x̂₀ = the mean of the data, which is what one knows without looking
   * @param scaled of ε̂ = √(1−ᾱ)·x_t, which is what one knows of data with variance 1
   */
  public record Level(int t, double alphaBar, double error, double mean, double scaled) {}

  public Diagnosis {
    levels = List.copyOf(levels);
  }

  /** The same, and something else that was found. */
  Diagnosis with(String more) {
    return new Diagnosis(part, verdict, finding + "; " + more, levels);
  }

  static Diagnosis of(String part, Verdict verdict, String finding) {
    return new Diagnosis(part, verdict, finding, List.of());
  }
}
