package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;

/**
 * Another spacing on the cleaner part of the schedule. The cosine schedule ends in a few timesteps
 * of almost pure noise, which take DPM-Solver++ a stride it cannot afford.
 *
 * @param inner the spacing
 * @param trainSteps how many timesteps are kept, at least 1
 */
public record TruncatedSpacing(TimestepSpacing inner, int trainSteps) implements TimestepSpacing {
  public TruncatedSpacing {
    Check.that(trainSteps >= 1, "trainSteps", trainSteps, "≥ 1");
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
    Check.that(
        kept != 0,
        "minLambda",
        minLambda,
        "at most %s, the schedule's largest",
        schedule.level(0).lambda());
    return new TruncatedSpacing(inner, kept);
  }

  @Override
  public Timesteps of(int trainSteps, int n) {
    return inner.of(Math.min(trainSteps, this.trainSteps), n);
  }
}
