package io.diffusion4j.diffusion.sampling;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.Parameterization;
import io.diffusion4j.diffusion.Prediction;
import io.diffusion4j.diffusion.Query;
import io.diffusion4j.diffusion.process.Conversion;
import java.util.function.IntFunction;

/**
 * One sample on its way through a plan: ask {@link #query}, give the answer to {@link #advance},
 * until {@link #done}.
 *
 * <p>Owned by one thread. Each step makes one new array, the next sample; nothing else is
 * allocated, except by the noise and the treatment.
 */
public final class Trajectory {
  /** How many values are summed up in double at a time; they stay in the first-level cache. */
  private static final int BLOCK = 512;

  private final SamplingPlan plan;
  private final Parameterization parameterization;
  private final X0Treatment treatment;
  private final IntFunction<float[]> noise;
  private final double[] sums;

  // What the plan looks back at, by step modulo the length.
  private final float[][] pastX;
  private final float[][] pastX0;
  private final float[][] pastEps;

  private float[] x;
  private float[] x0;
  private int step;

  /**
   * At the start of a plan.
   *
   * @param plan the steps
   * @param parameterization what the network's answers mean
   * @param treatment what is done to each x̂₀
   * @param start the sample at the first step's noise level, such as standard normal noise times
   *     {@link SamplingPlan#initialScale}; not modified
   * @param noise standard normal noise for a step of the plan; called only for steps that need it
   */
  public Trajectory(
      SamplingPlan plan,
      Parameterization parameterization,
      X0Treatment treatment,
      float[] start,
      IntFunction<float[]> noise) {
    this.plan = plan;
    this.parameterization = parameterization;
    this.treatment = treatment;
    this.noise = noise;
    int size = start.length;
    sums = new double[Math.min(size, BLOCK)];
    x = start;
    pastX = new float[plan.memory(Quantity.X) + 1][0]; // filled with the samples themselves
    pastX0 = new float[plan.memory(Quantity.X0) + 1][size];
    int epsMemory = plan.memory(Quantity.EPS);
    pastEps = epsMemory == 0 ? new float[0][0] : new float[epsMemory + 1][size];
    x0 = pastX0[0];
  }

  /** Whether every step is done. */
  public boolean done() {
    return step == plan.steps().size();
  }

  /** The step to be done next, from 0; the number of steps when all are. */
  public int step() {
    return step;
  }

  /** The present sample. Each step makes a new array and leaves the earlier ones as they were. */
  public float[] x() {
    return x;
  }

  /** The estimate x̂₀ of the latest step; overwritten by later ones. Zero before the first. */
  public float[] x0() {
    return x0;
  }

  /**
   * What the network is to be asked next.
   *
   * @throws IllegalStateException if every step is done
   */
  public <C> Query<C> query(C condition) {
    return new Query<>(x, present().t(), condition);
  }

  /**
   * Moves on by one step.
   *
   * @param prediction the answer to {@link #query}; not modified
   * @throws IllegalArgumentException if it does not have the size of the sample
   * @throws IllegalStateException if every step is done
   */
  public void advance(Prediction prediction) {
    SamplingPlan.Step present = present();
    float[] output = prediction.output();
    if (output.length != x.length) {
      throw new IllegalArgumentException(
          "output: " + output.length + " values (expected: " + x.length + ")");
    }
    double alphaBar = present.alphaBar();
    Update update = present.update();
    Conversion from = Conversion.of(parameterization, alphaBar);

    x0 = pastX0[step % pastX0.length];
    mix(x0, from.x0FromX(), x, from.x0FromOutput(), output);
    treatment.treat(x0);

    // ε̂ = epsX·x + epsX0·x̂₀ + epsOutput·output. If x̂₀ is as the network gave it both sources of
    // ε̂
    // are the same, and the output is the better conditioned one where there is little noise.
    boolean fromNetwork =
        plan.epsSource() == EpsSource.NETWORK || treatment == X0Treatment.NONE || alphaBar == 1;
    double epsX = fromNetwork ? from.epsFromX() : 1 / sqrt(1 - alphaBar);
    double epsX0 = fromNetwork ? 0 : -sqrt(alphaBar) / sqrt(1 - alphaBar);
    double epsOutput = fromNetwork ? from.epsFromOutput() : 0;
    pastX[step % pastX.length] = x;
    if (pastEps.length > 0) {
      float[] eps = pastEps[step % pastEps.length];
      for (int i = 0; i < eps.length; i++) {
        eps[i] = (float) (epsX * x[i] + epsX0 * x0[i] + epsOutput * output[i]);
      }
    }

    x =
        next(
            update,
            update.x() + update.eps() * epsX,
            update.x0() + update.eps() * epsX0,
            update.eps() * epsOutput,
            prediction);
    step++;
  }

  private float[] next(
      Update update, double factorX, double factorX0, double factorOutput, Prediction prediction) {
    float[] next = new float[x.length];
    float[] z = update.noise().isNone() ? next : gaussian();
    for (int start = 0; start < next.length; start += BLOCK) {
      int size = Math.min(BLOCK, next.length - start);
      set(sums, factorX, x, factorX0, x0, start, size);
      if (factorOutput != 0) {
        add(sums, factorOutput, prediction.output(), start, size);
      }
      for (Update.Past past : update.past()) {
        add(sums, past.factor(), remembered(past), start, size);
      }
      if (!update.noise().isNone()) {
        if (update.noise().isLearned() && prediction.hasVariance()) {
          addLearned(sums, update.noise(), prediction.variance(), z, start, size);
        } else {
          add(sums, update.noise().sigma(), z, start, size);
        }
      }
      round(sums, next, start, size);
    }
    return next;
  }

  private static void mix(float[] mixed, double a, float[] as, double b, float[] bs) {
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = (float) (a * as[i] + b * bs[i]);
    }
  }

  // The loops have their arrays as locals, which the compiler needs to make them fast.

  private static void set(
      double[] sums, double a, float[] as, double b, float[] bs, int start, int size) {
    for (int i = 0; i < size; i++) {
      sums[i] = a * as[start + i] + b * bs[start + i];
    }
  }

  private static void add(double[] sums, double factor, float[] values, int start, int size) {
    for (int i = 0; i < size; i++) {
      sums[i] += factor * values[start + i];
    }
  }

  private static void addLearned(
      double[] sums, Noise noise, float[] variance, float[] z, int start, int size) {
    // σ = exp(½·(f·max + (1−f)·min)) with f = (v+1)/2, as exp(middle + slope·v)
    double middle = (noise.maxLogVariance() + noise.minLogVariance()) / 4;
    double slope = (noise.maxLogVariance() - noise.minLogVariance()) / 4;
    for (int i = 0; i < size; i++) {
      sums[i] += Math.exp(middle + slope * variance[start + i]) * z[start + i];
    }
  }

  private static void round(double[] sums, float[] values, int start, int size) {
    for (int i = 0; i < size; i++) {
      values[start + i] = (float) sums[i];
    }
  }

  private float[] gaussian() {
    float[] z = noise.apply(step);
    if (z.length != x.length) {
      throw new IllegalArgumentException(
          "noise: " + z.length + " values (expected: " + x.length + ")");
    }
    return z;
  }

  private float[] remembered(Update.Past past) {
    float[][] ring =
        switch (past.of()) {
          case X -> pastX;
          case X0 -> pastX0;
          case EPS -> pastEps;
        };
    return ring[(step - past.ago()) % ring.length];
  }

  private SamplingPlan.Step present() {
    if (done()) {
      throw new IllegalStateException("step: " + step + " (expected: below it; the plan is done)");
    }
    return plan.steps().get(step);
  }
}
