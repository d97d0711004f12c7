package io.diffusion4j.diffusion.process;

import static java.lang.Math.log;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.schedule.NoiseLevel;

/**
 * The preconditioning of EDM (Karras et al. 2022, table 1): for x_e = x₀ + σ·ε the denoised sample
 * is D = c_skip·x_e + c_out·F(c_in·x_e; c_noise) with a network F. For σ_data = 1, c_in·x_e is the
 * variance-preserving sample, and F is −v.
 *
 * @param sigmaData σ_data, the standard deviation of the data, greater than 0; 0.5 in the paper
 */
public record EdmPreconditioning(double sigmaData) {
  public EdmPreconditioning {
    Check.positive("sigma_data", sigmaData);
  }

  /** Returns c_skip = σ_data²/(σ² + σ_data²). */
  public double skip(double sigma) {
    return sigmaData * sigmaData / (sigma * sigma + sigmaData * sigmaData);
  }

  /** Returns c_out = σ·σ_data/√(σ² + σ_data²). */
  public double output(double sigma) {
    return sigma * sigmaData * input(sigma);
  }

  /** Returns c_in = 1/√(σ² + σ_data²). */
  public double input(double sigma) {
    return 1 / sqrt(sigma * sigma + sigmaData * sigmaData);
  }

  /** Returns c_noise = ¼·ln σ, the network's time input. */
  public double time(double sigma) {
    return log(sigma) / 4;
  }

  /**
   * Returns the weight (σ² + σ_data²)/(σ·σ_data)² of D's squared error, which is 1/c_out²: the loss
   * is the plain squared error of F.
   */
  public double weight(double sigma) {
    return 1 / (output(sigma) * output(sigma));
  }

  /**
   * Returns the conversion of F, from x = √ᾱ·x₀ + √(1−ᾱ)·ε = √ᾱ·x_e.
   *
   * @param alphaBar ᾱ in (0, 1)
   */
  public Conversion conversion(double alphaBar) {
    Check.that(alphaBar > 0 && alphaBar < 1, "alphaBar", alphaBar, "in (0, 1)");
    var level = new NoiseLevel(alphaBar);
    double signal = level.signal();
    double noise = level.noise();
    double ofX = skip(level.sigma()) / signal;
    double ofOutput = output(level.sigma());
    return new Conversion(ofX, ofOutput, (1 - signal * ofX) / noise, -signal * ofOutput / noise);
  }

  /** Returns the factor from x to the network's input, c_in/√ᾱ. */
  public double inputScale(double alphaBar) {
    var level = new NoiseLevel(alphaBar);
    return input(level.sigma()) / level.signal();
  }
}
