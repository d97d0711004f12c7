package io.diffusion4j.diffusion.loss;

import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.NonFinitePredictionException;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.sampling.Thresholding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The variational bound on the negative log-likelihood of samples, L_T + Σ L_t + L₀ in bits per
 * dimension (Ho et al. 2020, eq. 5), with one draw of the noise at every timestep. Thread-safe if
 * the network is.
 *
 * @param treatment the treatment of x̂₀, known to lie in [−1, 1] for pixels
 * @param <C> the type of the conditions
 */
public record BitsPerDimension<C>(
    Denoiser<C> network, ReverseProcess process, Thresholding treatment) {
  /** The stage whose noise is drawn; its step is the position among the timesteps. */
  public static final String STAGE = "nll";

  /** The number of timesteps in one call of the network. */
  private static final int BATCH = 16;

  private static final double LN2 = Math.log(2);

  /**
   * The bound of one sample. The arrays run over the timesteps from noise to clean.
   *
   * @param prior L_T
   * @param terms L_t, the last of which is L₀
   * @param x0Errors the mean squared error of x̂₀
   * @param epsErrors the mean squared error of the noise that x̂₀ stands for
   */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  public record Bound(double prior, double[] terms, double[] x0Errors, double[] epsErrors) {
    /** Returns the bits per dimension in all. */
    public double total() {
      return prior + Arrays.stream(terms).sum();
    }

    /** Returns L₀, the cost of the 8-bit levels. */
    public double decoder() {
      return terms[terms.length - 1];
    }

    /** Returns the mean of the L_t between L_T and L₀; there is one less than timesteps. */
    public double meanDivergence() {
      return Arrays.stream(terms, 0, terms.length - 1).average().orElseThrow();
    }
  }

  /**
   * Evaluates a sample at every timestep.
   *
   * @param x0 levels −1, −1 + 2/255, …, 1
   * @param noise the noise of the sample
   * @param progress receives the number of timesteps done
   * @throws NonFinitePredictionException if the network returns NaN or infinity
   */
  public Bound of(float[] x0, C condition, NoiseSource noise, IntConsumer progress) {
    int steps = process.steps();
    double[] terms = new double[steps];
    double[] x0Errors = new double[steps];
    double[] epsErrors = new double[steps];
    for (int from = 0; from < steps; from += BATCH) {
      int to = Math.min(from + BATCH, steps);
      List<Query<C>> queries = new ArrayList<>();
      for (int i = from; i < to; i++) {
        ReverseStep step = process.step(process.timesteps().get(i));
        float[] eps = noise.gaussian(STAGE, i, x0.length);
        queries.add(new Query<>(step.noised(x0, eps), step.t(), condition));
      }
      List<Prediction> answers = network.predict(queries);
      for (int i = from; i < to; i++) {
        ReverseStep step = process.step(process.timesteps().get(i));
        float[] xt = queries.get(i - from).xt();
        Prediction answer = answers.get(i - from);
        NonFinitePredictionException.check(answer, STAGE, i, steps, step.t(), 0);
        var estimate = step.estimate(xt, answer, treatment);
        terms[i] = step.bound(x0, xt, estimate);
        x0Errors[i] = meanSquare(x0, estimate.x0());
        // ε = (x_t − √ᾱ·x₀)/√(1−ᾱ), so its error is √SNR times that of x₀.
        epsErrors[i] = step.snr() * x0Errors[i];
      }
      progress.accept(to);
    }
    return new Bound(process.prior(x0), terms, x0Errors, epsErrors);
  }

  /** Converts a sum of nats over all dimensions to bits per dimension. */
  static double ofNats(double nats, int dimensions) {
    return nats / dimensions / LN2;
  }

  private static double meanSquare(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return sum / a.length;
  }
}
