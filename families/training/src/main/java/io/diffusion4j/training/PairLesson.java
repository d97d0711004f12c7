package io.diffusion4j.training;

import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.nn.train.diffusion.RegressionBatch;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * The teacher's sample of the noise, from points of the straight line between both.
 *
 * @param samples the teacher's, by number
 * @param noise the noise of a number
 * @param times draws the timestep of a point
 */
record PairLesson<C>(
    NoiseSchedule schedule,
    List<float[]> samples,
    IntFunction<float[]> noise,
    ToIntFunction<SplittableRandom> times)
    implements Lesson<C> {
  private static final double LARGEST_WEIGHT = 5;

  /** Regresses samples from the noise itself, for one step. */
  static <C> PairLesson<C> direct(
      NoiseSchedule schedule, List<float[]> samples, IntFunction<float[]> noise) {
    return new PairLesson<>(schedule, samples, noise, random -> schedule.steps() - 1);
  }

  /** Straightens the way from noises to their samples at all timesteps (Liu et al. 2023, §2). */
  static <C> PairLesson<C> reflow(
      NoiseSchedule schedule, List<float[]> samples, IntFunction<float[]> noise) {
    return new PairLesson<>(schedule, samples, noise, random -> random.nextInt(schedule.steps()));
  }

  @Override
  public List<RegressionBatch.Row> rows(
      List<Asked<C>> asked, RowRange share, SplittableRandom random, long step) {
    var drawn = asked.stream().map(each -> times.applyAsInt(random)).toList();
    return IntStream.range(share.from(), share.to())
        .mapToObj(i -> row(asked.get(i).number(), drawn.get(i)))
        .toList();
  }

  private RegressionBatch.Row row(int number, int t) {
    var level = schedule.level(t);
    float[] x0 = samples.get(number);
    float[] eps = noise.apply(number);
    boolean isNoise = t == schedule.steps() - 1; // of which the last share of x₀ is left out
    float[] xt = new float[x0.length];
    for (int i = 0; i < xt.length; i++) {
      xt[i] = isNoise ? eps[i] : (float) level.xt(x0[i], eps[i]);
    }
    return new RegressionBatch.Row(xt, x0, t, weight(level));
  }

  /** Returns 1/σ² of the flow, which makes errors of x̂₀ those of a velocity, at most 5. */
  private static double weight(NoiseLevel level) {
    double sigma = level.noise() / (level.signal() + level.noise());
    return Math.min(1 / (sigma * sigma), LARGEST_WEIGHT);
  }
}
