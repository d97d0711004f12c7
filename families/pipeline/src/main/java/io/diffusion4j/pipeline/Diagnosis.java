package io.diffusion4j.pipeline;

import java.util.List;
import java.util.Locale;

/**
 * The result of examining a part of a model.
 *
 * @param part the name of its folder
 * @param finding the reasons, in words and numbers
 * @param levels its denoising errors; empty for a part that does not denoise, or was not evaluated
 */
public record Diagnosis(String part, Verdict verdict, String finding, List<Level> levels) {
  /** The condition that a part of a model is in. */
  public enum Verdict {
    /** It is better than a constant answer. */
    OK,
    /** It is not better than a constant answer under its folder's settings. */
    UNTRAINED,
    /** It denoises, and a setting of its folder spoils the images. */
    MISCONFIGURED,
    /** Its weights or predictions are not finite numbers. */
    BROKEN,
    /** Files that its examination needs are missing or damaged. */
    UNEXAMINED;

    /** Returns the name in lower case. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A network's denoising errors at a timestep. Errors are mean squares over the values of x₀.
   *
   * @param t the timestep
   * @param alphaBar ᾱ of the timestep
   * @param error the error of the network's x̂₀
   * @param mean error of x̂₀ = the mean of the data, the best constant prediction
   * @param scaled error of ε̂ = √(1−ᾱ)·x_t, the best linear prediction for data with variance 1
   */
  public record Level(int t, double alphaBar, double error, double mean, double scaled) {}

  public Diagnosis {
    levels = List.copyOf(levels);
  }

  /** Whether nothing is wrong, as far as it was examined. */
  public boolean isWell() {
    return verdict == Verdict.OK || verdict == Verdict.UNEXAMINED;
  }

  /** Returns the same diagnosis with a further finding. */
  public Diagnosis with(String more) {
    return new Diagnosis(part, verdict, finding + "; " + more, levels);
  }

  /** Returns a diagnosis without levels. */
  public static Diagnosis of(String part, Verdict verdict, String finding) {
    return new Diagnosis(part, verdict, finding, List.of());
  }
}
