package io.diffusion4j.diffusion.loss;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.FlowLevel;
import io.diffusion4j.diffusion.spi.PluginPoint;

/** The weight of a timestep's squared error. */
@FunctionalInterface
@PluginPoint(value = "weighting", expected = "a weight of at least 0")
public interface Weighting {
  /** Gives the output's error the same weight at every timestep (Ho et al. 2020, eq. 14). */
  Weighting SIMPLE = (snr, x0PerOutput) -> 1;

  /**
   * Returns this weight for the error of x̂₀ in place of the output's ({@code precondition_outputs}
   * of diffusers' training scripts).
   */
  default Weighting ofX0() {
    return (snr, x0PerOutput) -> weight(snr, x0PerOutput) * x0PerOutput * x0PerOutput;
  }

  /**
   * Returns the weight of the squared error of a network's output.
   *
   * @param snr the signal-to-noise ratio ᾱ/(1−ᾱ) of the timestep
   * @param x0PerOutput ∂x̂₀/∂output, the factor from an error of the output to an error of x₀
   */
  double weight(double snr, double x0PerOutput);

  /**
   * The weight 1/σ² of a velocity's squared error, with σ = 1/(1 + √SNR) that of the flow ({@code
   * sigma_sqrt} of diffusers' training scripts).
   */
  Weighting SIGMA_SQRT = (snr, x0PerOutput) -> (1 + Math.sqrt(snr)) * (1 + Math.sqrt(snr));

  /** The weight {@link FlowLevel#cosMap} of a velocity's squared error. */
  Weighting COSMAP = (snr, x0PerOutput) -> FlowLevel.of(1 / (1 + 1 / snr)).cosMap();

  /**
   * Returns the weight min(SNR, γ) of the error of x₀, for any predicted quantity (Hang et al.
   * 2023, §3.4): nearly clean timesteps do not dominate the others.
   *
   * @param gamma greater than 0; the paper's is 5
   */
  static Weighting minSnr(double gamma) {
    Check.that(gamma > 0, "gamma", gamma, "> 0");
    return (snr, x0PerOutput) -> Math.min(snr, gamma) * x0PerOutput * x0PerOutput;
  }

  /**
   * Returns the weight min(SNR + 1, γ) of the error of x₀, for any predicted quantity. This equals
   * {@link #SIMPLE} for a network that predicts v (Salimans &amp; Ho 2022, §4), clipped at γ.
   * Unlike {@link #minSnr}, whose weight vanishes with the signal, it also trains the prediction
   * from nearly pure noise: the places, numbers and shapes of things.
   *
   * @param gamma greater than 1
   */
  static Weighting minSnrPlusOne(double gamma) {
    Check.that(gamma > 1, "gamma", gamma, "> 1");
    return (snr, x0PerOutput) -> Math.min(snr + 1, gamma) * x0PerOutput * x0PerOutput;
  }

  /**
   * Returns the weight max(min(SNR + 1, γ), SNR/k): {@link #minSnrPlusOne}, and where that would
   * let the error of x₀ exceed the noise, the error of ε over k. A likelihood is the sum of these
   * errors over all timesteps, so a good likelihood needs accurate copies of nearly clean samples.
   *
   * @param gamma greater than 1
   * @param k greater than 0; from SNR = γ·k on it is the error of ε that counts
   */
  static Weighting minSnrPlusOneOrEps(double gamma, double k) {
    Check.that(k > 0, "k", k, "> 0");
    Weighting layout = minSnrPlusOne(gamma);
    return (snr, x0PerOutput) ->
        Math.max(layout.weight(snr, x0PerOutput), snr / k * x0PerOutput * x0PerOutput);
  }

  /**
   * Returns the weight P2, 1/(k + SNR)^γ, of the error of ε, for any predicted quantity (Choi et
   * al. 2022, eq. 8): timesteps that are nearly clean, where only imperceptible detail is left to
   * learn, count less. An error of ε is √SNR times that of x₀.
   *
   * @param k greater than 0; the paper's is 1
   * @param gamma the γ, at least 0, which is {@link #SIMPLE} for a network that predicts ε; the
   *     paper recommends 0.5 or 1
   */
  static Weighting p2(double k, double gamma) {
    Check.that(k > 0, "k", k, "> 0");
    Check.that(gamma >= 0, "gamma", gamma, "≥ 0");
    return (snr, x0PerOutput) -> snr * x0PerOutput * x0PerOutput / Math.pow(k + snr, gamma);
  }
}
