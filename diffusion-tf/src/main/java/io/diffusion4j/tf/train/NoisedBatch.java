package io.diffusion4j.tf.train;

import io.diffusion4j.diffusion.Parameterization;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.TfDenoiser;
import io.diffusion4j.tf.TimeEmbedding;
import io.diffusion4j.tf.nn.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * Makes the diffusion part of a training batch: x_t = √ᾱ_t·x₀ + √(1−ᾱ_t)·ε at a random timestep for
 * each sample, and what {@link DiffusionLoss} wants to know about it.
 *
 * @param schedule the forward process
 * @param parameterization what the network predicts
 * @param weighting how much the error of each timestep counts
 * @param timeChannels width of the network's time embedding
 */
public record NoisedBatch(
    NoiseSchedule schedule,
    Parameterization parameterization,
    Weighting weighting,
    int timeChannels) {
  /** What the variational bound counts in the hybrid loss (Nichol &amp; Dhariwal 2021, §3.1). */
  private static final double LAMBDA = 0.001;

  /** The weight of a timestep's square error. */
  @FunctionalInterface
  public interface Weighting {
    /** Every timestep counts the same (Ho et al. 2020, eq. 14). */
    Weighting SIMPLE = (parameterization, snr) -> 1;

    double weight(Parameterization parameterization, double snr);

    /**
     * min(SNR, γ) on the error of x₀, whatever the network predicts (Hang et al. 2023): timesteps
     * that are nearly clean do not drown the others.
     */
    static Weighting minSnr(double gamma) {
      return (parameterization, snr) -> {
        double weight = Math.min(snr, gamma);
        return switch (parameterization) {
          case X0 -> weight;
          case EPS -> weight / snr;
          case V -> weight / (snr + 1);
        };
      };
    }
  }

  /**
   * Adds the inputs of the loss, and the network's sample and time, to a batch.
   *
   * @param samples the clean samples x₀
   * @param random decides timesteps and noise
   */
  public void addTo(Batch batch, List<float[]> samples, SplittableRandom random) {
    addTo(batch, samples, random, steps -> random.nextInt(steps));
  }

  /** The same with timesteps drawn by {@code timestep} from {@code [0, steps)}. */
  public void addTo(
      Batch batch, List<float[]> samples, SplittableRandom random, IntUnaryOperator timestep) {
    List<float[]> noisy = new ArrayList<>();
    List<float[]> targets = new ArrayList<>();
    List<float[]> times = new ArrayList<>();
    List<float[]> rows = new ArrayList<>();
    for (float[] x0 : samples) {
      int t = timestep.applyAsInt(schedule.steps());
      double signal = Math.sqrt(schedule.alphaBar(t));
      double noise = Math.sqrt(1 - schedule.alphaBar(t));
      float[] xt = new float[x0.length];
      float[] target = new float[x0.length];
      for (int i = 0; i < xt.length; i++) {
        double eps = random.nextGaussian();
        xt[i] = (float) (signal * x0[i] + noise * eps);
        target[i] =
            switch (parameterization) {
              case X0 -> x0[i];
              case EPS -> (float) eps;
              case V -> (float) (signal * eps - noise * x0[i]);
            };
      }
      noisy.add(xt);
      targets.add(target);
      times.add(TimeEmbedding.sinusoid(t, timeChannels));
      rows.add(row(t, signal, noise));
    }
    batch
        .floats(TfDenoiser.SAMPLE, Tensors.stack(noisy))
        .floats(TfDenoiser.TIME, Tensors.stack(times))
        .floats(DiffusionLoss.TARGET, Tensors.stack(targets))
        .floats(DiffusionLoss.X0, Tensors.stack(samples))
        .floats(DiffusionLoss.ROW, Tensors.stack(rows));
  }

  private float[] row(int t, double signal, double noise) {
    double alphaBar = schedule.alphaBar(t);
    double previous = schedule.alphaBar(t - 1);
    double beta = 1 - alphaBar / previous;
    // Posterior variance and coefficient of x₀ (Ho et al. 2020, eq. 7). The variance is 0 at t = 0,
    // where the reference takes that of t = 1.
    double variance = t > 0 ? posteriorVariance(t) : posteriorVariance(1);
    double ofX0 = beta * Math.sqrt(previous) / (1 - alphaBar);
    double x0PerOutput =
        switch (parameterization) {
          case X0 -> 1;
          case EPS -> -noise / signal;
          case V -> -noise;
        };
    double snr = alphaBar / (1 - alphaBar);
    return new float[] {
      (float) weighting.weight(parameterization, snr),
      (float) (ofX0 * x0PerOutput),
      (float) Math.log(variance),
      (float) Math.log(beta),
      t == 0 ? 1 : 0,
      (float) (LAMBDA * schedule.steps())
    };
  }

  private double posteriorVariance(int t) {
    double alphaBar = schedule.alphaBar(t);
    double previous = schedule.alphaBar(t - 1);
    return (1 - alphaBar / previous) * (1 - previous) / (1 - alphaBar);
  }
}
