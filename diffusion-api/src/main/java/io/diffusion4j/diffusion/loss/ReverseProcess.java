package io.diffusion4j.diffusion.loss;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Posterior;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The Markov chain p(x_s | x_t) of a network, over all timesteps or some of them. With fewer
 * timesteps the steps are longer and have their own β and β̃ (Nichol &amp; Dhariwal 2021, eq. 19).
 * Immutable.
 */
public final class ReverseProcess {
  private static final int NOT_KEPT = -2;

  private final NoiseSchedule schedule;
  private final Timesteps timesteps;
  private final MeanType mean;
  private final VarianceType variance;

  /** The next lower timestep of each kept timestep. */
  private final int[] next;

  /** Creates the chain over all timesteps of a schedule. */
  public ReverseProcess(NoiseSchedule schedule, MeanType mean, VarianceType variance) {
    this(schedule, all(schedule.steps()), mean, variance);
  }

  /**
   * Creates the chain over some timesteps.
   *
   * @param timesteps the timesteps of the schedule's
   */
  public ReverseProcess(
      NoiseSchedule schedule, Timesteps timesteps, MeanType mean, VarianceType variance) {
    Check.that(
        timesteps.get(0) < schedule.steps(),
        "timesteps",
        timesteps.size() + " from " + timesteps.get(0),
        "below %s",
        schedule.steps());
    this.schedule = schedule;
    this.timesteps = timesteps;
    this.mean = mean;
    this.variance = variance;
    next = new int[schedule.steps()];
    Arrays.fill(next, NOT_KEPT);
    for (int i = 0; i < timesteps.size(); i++) {
      next[timesteps.get(i)] = timesteps.get(i + 1);
    }
  }

  private static Timesteps all(int steps) {
    return new Timesteps(IntStream.range(0, steps).mapToObj(i -> steps - 1 - i).toList());
  }

  /** Returns the number of steps from noise to a sample. */
  public int steps() {
    return timesteps.size();
  }

  /** Returns the timesteps, from noise to clean. */
  public Timesteps timesteps() {
    return timesteps;
  }

  /** Returns the schedule that the network was trained with. */
  public NoiseSchedule schedule() {
    return schedule;
  }

  /** Returns the variance of the steps. */
  public VarianceType variance() {
    return variance;
  }

  /**
   * Returns the step down from t.
   *
   * @throws IllegalArgumentException if t is not one of {@link #timesteps}
   */
  public ReverseStep step(int t) {
    Check.that(
        t >= 0 && t < next.length && next[t] != NOT_KEPT,
        "t",
        t,
        "one of the %s timesteps",
        steps());
    double alphaBar = schedule.alphaBar(t);
    Posterior posterior = Posterior.of(alphaBar, schedule.alphaBar(next[t]));
    double smallest =
        next[t] == NoiseSchedule.CLEAN ? lastVariance() : StrictMath.log(posterior.variance());
    return new ReverseStep(t, alphaBar, posterior, smallest, mean, variance);
  }

  /**
   * The last step's β̃ is 0; the reference uses the β̃ of the step before. An only step has β as
   * its largest variance and no other.
   */
  private double lastVariance() {
    if (timesteps.size() == 1) {
      return StrictMath.log1p(-schedule.alphaBar(timesteps.get(0)));
    }
    int last = timesteps.get(timesteps.size() - 1);
    int before = timesteps.get(timesteps.size() - 2);
    return StrictMath.log(
        Posterior.of(schedule.alphaBar(before), schedule.alphaBar(last)).variance());
  }

  /**
   * Returns L_T, the cost of x_T in bits per dimension: KL(q(x_T | x₀) ‖ N(0, I)), with T the
   * topmost timestep (Ho et al. 2020, eq. 5). It does not depend on the network.
   */
  public double prior(float[] x0) {
    double alphaBar = schedule.alphaBar(timesteps.get(0));
    double logVariance = StrictMath.log1p(-alphaBar);
    double signal = Math.sqrt(alphaBar);
    double sum = 0;
    for (float value : x0) {
      sum += GaussianDivergence.nats(signal * value, logVariance, 0, 0);
    }
    return BitsPerDimension.ofNats(sum, x0.length);
  }
}
