package io.diffusion4j.diffusion.schedule;

/**
 * Another spacing on the cleaner part of the schedule. The cosine schedule ends in a few timesteps
 * of almost pure noise, which take DPM-Solver++ a stride it cannot afford.
 *
 * @param inner the spacing
 * @param trainSteps how many timesteps are kept, at least 1
 */
public record TruncatedSpacing(TimestepSpacing inner, int trainSteps) implements TimestepSpacing {
  public TruncatedSpacing {
    if (trainSteps < 1) {
      throw new IllegalArgumentException("trainSteps: " + trainSteps + " (expected: ≥ 1)");
    }
  }

  /**
   * Keeps the timesteps whose half log-SNR λ = ln √ᾱ − ln √(1−ᾱ) is at least {@code minLambda};
   * diffusers recommends −5.1 for the cosine schedule ({@code lambda_min_clipped}).
   */
  public static TruncatedSpacing atLambda(
      TimestepSpacing inner, NoiseSchedule schedule, double minLambda) {
    int kept = schedule.steps();
    while (kept > 0 && schedule.level(kept - 1).lambda() < minLambda) {
      kept--;
    }
    if (kept == 0) {
      throw new IllegalArgumentException(
          "minLambda: "
              + minLambda
              + " (expected: at most "
              + schedule.level(0).lambda()
              + ", the schedule's largest)");
    }
    return new TruncatedSpacing(inner, kept);
  }

  @Override
  public Timesteps of(int trainSteps, int n) {
    return inner.of(Math.min(trainSteps, this.trainSteps), n);
  }
}
