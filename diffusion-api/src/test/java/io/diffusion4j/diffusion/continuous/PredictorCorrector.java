package io.diffusion4j.diffusion.continuous;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;
import java.util.Optional;

/**
 * The sampler with predictor and corrector in continuous time (Y. Song et al. 2021, algorithm 1),
 * in double precision: at n times from 1 down to {@code end}, both included, first the corrector
 * and then the predictor. The result is the last predictor's sample without its noise.
 *
 * <p>This is the published algorithm, for scores that are known or learned by a small network. The
 * samplers of large networks are tables; {@link io.diffusion4j.diffusion.solver.SdeSampler} has the
 * same steps in that form.
 *
 * @param sde the forward SDE
 * @param predictor the step between times; may do nothing
 * @param corrector the steps at each time before the predictor; may do nothing
 * @param flow whether the predictor follows the probability flow and adds no noise
 * @param steps n, at least 2
 * @param end the last time, in (0, 1); 1e-3 in the paper, 1e-5 for the variance-exploding SDE
 */
record PredictorCorrector(
    GaussianSde sde,
    Optional<Predictor> predictor,
    Optional<Langevin> corrector,
    boolean flow,
    int steps,
    double end) {
  public PredictorCorrector {
    Check.that(steps >= 2, "steps", steps, "≥ 2");
    Check.that(end > 0 && end < 1, "end", end, "in (0, 1)");
    Check.that(
        !flow || !predictor.equals(Optional.of(Predictor.ANCESTRAL)),
        "predictor",
        "ancestral",
        "euler-maruyama or reverse-diffusion, which have a probability flow");
  }

  /** Standard normal noise for all rows; called once for each move, in order. */
  @FunctionalInterface
  public interface Draws {
    /**
     * Returns the noise of a move.
     *
     * @param step the time's index, from 0
     * @param move the correctors' moves from 0, then the predictor's
     * @return as many values as each row has
     */
    double[][] at(int step, int move);
  }

  /** Observes the samples at each time. */
  @FunctionalInterface
  public interface Listener {
    /**
     * Called after the predictor of each time.
     *
     * @param corrected the rows after the corrector
     * @param mean the rows after the predictor, without its noise
     * @param x the rows after the predictor
     */
    void reached(int step, double[][] corrected, double[][] mean, double[][] x);
  }

  /** Returns the visited times, from 1 down to the end. */
  public double[] times() {
    double[] times = new double[steps];
    for (int k = 0; k < steps; k++) {
      times[k] = 1 + k * (end - 1) / (steps - 1);
    }
    return times;
  }

  /**
   * Draws samples.
   *
   * @param score the score of the noisy data
   * @param start a row for each sample, from N(0, the deviation at t = 1²); not modified
   */
  public double[][] sample(Score score, double[][] start, Draws draws, Listener listener) {
    DiscreteSteps discrete = DiscreteSteps.of(sde, steps);
    double[] times = times();
    double[][] x = start;
    double[][] mean = start;
    for (int k = 0; k < steps; k++) {
      int i = steps - 1 - k;
      double t = times[k];
      int move = 0;
      if (corrector.isPresent()) {
        Langevin langevin = corrector.get();
        for (; move < langevin.times(); move++) {
          double[][] s = scores(score, x, t);
          double[][] z = draws.at(k, move);
          ScoreStep step =
              ScoreStep.langevin(
                  discrete.alpha(i), langevin.snr(), langevin.root(sde.deviation(t), s, z));
          x = noised(step, moved(step, x, s), z);
        }
      }
      double[][] corrected = x;
      mean = x;
      if (predictor.isPresent()) {
        ScoreStep step = predictor.get().step(sde, discrete, i, steps, t);
        mean =
            moved(
                flow ? new ScoreStep(step.fromX(), step.fromScore() / 2, 0) : step,
                x,
                scores(score, x, t));
        x = flow ? mean : noised(step, mean, draws.at(k, move));
      }
      listener.reached(k, corrected, mean, x);
    }
    return mean;
  }

  private static double[][] scores(Score score, double[][] x, double t) {
    return Arrays.stream(x).map(row -> score.at(row, t)).toArray(double[][]::new);
  }

  private static double[][] moved(ScoreStep step, double[][] x, double[][] s) {
    return sum(step.fromX(), x, step.fromScore(), s);
  }

  private static double[][] noised(ScoreStep step, double[][] mean, double[][] z) {
    return sum(1, mean, step.deviation(), z);
  }

  private static double[][] sum(double a, double[][] as, double b, double[][] bs) {
    double[][] sum = new double[as.length][];
    for (int row = 0; row < as.length; row++) {
      Check.length("noise", bs[row].length, as[row].length);
      sum[row] = new double[as[row].length];
      for (int i = 0; i < sum[row].length; i++) {
        sum[row][i] = a * as[row][i] + b * bs[row][i];
      }
    }
    return sum;
  }
}
