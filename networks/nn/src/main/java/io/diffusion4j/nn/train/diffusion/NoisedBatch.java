package io.diffusion4j.nn.train.diffusion;

import io.diffusion4j.diffusion.loss.MeanType;
import io.diffusion4j.diffusion.loss.ReverseProcess;
import io.diffusion4j.diffusion.loss.ReverseStep;
import io.diffusion4j.diffusion.loss.TimestepSampler;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.ScheduleCheck;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes the diffusion part of a training batch: x_t = √ᾱ_t·x₀ + √(1−ᾱ_t)·ε at a random timestep for
 * each sample, and the inputs of {@link DiffusionLoss}.
 *
 * @param schedule the forward process
 * @param parameterization the network's prediction type
 * @param weighting the weighting of the timesteps' errors
 * @param times the network's time input for a timestep
 * @param timesteps draws the timesteps, unless the caller passes another sampler
 */
public record NoisedBatch(
    NoiseSchedule schedule,
    Parameterization parameterization,
    Weighting weighting,
    NetworkDenoiser.Times times,
    TimestepSampler timesteps) {
  public NoisedBatch {
    ScheduleCheck.logRemarks("training", ScheduleCheck.valid(schedule));
  }

  /** Draws timesteps uniformly. */
  public NoisedBatch(
      NoiseSchedule schedule,
      Parameterization parameterization,
      Weighting weighting,
      NetworkDenoiser.Times times) {
    this(schedule, parameterization, weighting, times, TimestepSampler.uniform(schedule.steps()));
  }

  /**
   * Creates a batch with the default sinusoid.
   *
   * @param timeChannels its width
   */
  public NoisedBatch(
      NoiseSchedule schedule,
      Parameterization parameterization,
      Weighting weighting,
      int timeChannels) {
    this(schedule, parameterization, weighting, t -> TimeEmbedding.sinusoid(t, timeChannels));
  }

  /** Returns the settings with another distribution of timesteps. */
  public NoisedBatch withTimesteps(TimestepSampler other) {
    return new NoisedBatch(schedule, parameterization, weighting, times, other);
  }

  /**
   * Adds the inputs of the loss, and the network's sample and time, to a batch.
   *
   * @param samples the clean samples x₀
   * @param random draws timesteps and noise
   */
  public void addTo(Batch batch, List<float[]> samples, SplittableRandom random) {
    addTo(batch, samples, random, timesteps);
  }

  /** Draws a batch with timesteps from {@code chosen}. */
  public void addTo(
      Batch batch, List<float[]> samples, SplittableRandom random, TimestepSampler chosen) {
    var process =
        new ReverseProcess(schedule, MeanType.of(parameterization), VarianceType.LEARNED_RANGE);
    NetworkDenoiser.Times input = times.under(schedule);
    List<float[]> noisy = new ArrayList<>();
    List<float[]> targets = new ArrayList<>();
    List<float[]> fed = new ArrayList<>();
    List<float[]> rows = new ArrayList<>();
    for (float[] x0 : samples) {
      var drawn = chosen.draw(random);
      ReverseStep step = process.step(drawn.t());
      double signal = Math.sqrt(step.alphaBar());
      double noise = Math.sqrt(1 - step.alphaBar());
      float[] xt = new float[x0.length];
      float[] target = new float[x0.length];
      for (int i = 0; i < xt.length; i++) {
        double eps = random.nextGaussian();
        xt[i] = (float) (signal * x0[i] + noise * eps);
        target[i] = (float) step.target(x0[i], xt[i], eps);
      }
      noisy.add(input.sample(xt, step.t()));
      targets.add(target);
      fed.add(input.of(step.t()));
      rows.add(row(step, drawn.weight()));
    }
    batch
        .floats(NetworkDenoiser.SAMPLE, Rows.stack(noisy))
        .floats(NetworkDenoiser.TIME, Rows.stack(fed))
        .floats(DiffusionLoss.TARGET, Rows.stack(targets))
        .floats(DiffusionLoss.X0, Rows.stack(samples))
        .floats(DiffusionLoss.ROW, Rows.stack(rows));
  }

  /**
   * Draws the random numbers of samples and drops them, for the rows of other processes.
   *
   * @param samples the number of samples
   * @param size the size of each
   */
  public void skip(int samples, int size, SplittableRandom random) {
    skip(samples, size, random, timesteps);
  }

  /** Drops the random numbers of samples with timesteps from {@code chosen}. */
  public void skip(int samples, int size, SplittableRandom random, TimestepSampler chosen) {
    for (int i = 0; i < samples; i++) {
      chosen.draw(random);
      for (int k = 0; k < size; k++) {
        random.nextGaussian();
      }
    }
  }

  private float[] row(ReverseStep step, double importance) {
    double x0PerOutput = step.conversion().x0FromOutput();
    return new float[] {
      (float) weighting.weight(step.snr(), x0PerOutput),
      (float) (step.posterior().x0() * x0PerOutput),
      (float) step.smallLogVariance(),
      (float) step.largeLogVariance(),
      step.isLast() ? 1 : 0,
      schedule.steps(),
      (float) importance,
      step.t()
    };
  }
}
