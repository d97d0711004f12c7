package io.diffusion4j.diffusion.stage;

import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Clipping;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Noise;
import io.diffusion4j.diffusion.sampling.PlanRow;
import io.diffusion4j.diffusion.sampling.Quantity;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.sampling.Update;
import java.util.List;
import java.util.function.IntFunction;

/**
 * One sample on its way through a plan. Until {@link #done}, pass the {@link #query} to the network
 * and its prediction to {@link #advance}.
 *
 * <p>Owned by one thread. Each step makes one new array, the next sample; nothing else is
 * allocated, except by the noise and the treatment.
 */
public final class Trajectory {
  /** The number of values processed at a time; their terms stay in the first-level cache. */
  private static final int BLOCK = 2048;

  private final SamplingPlan plan;
  private final Parameterization parameterization;
  private final Thresholding treatment;
  private final IntFunction<float[]> noise;
  private final float limit; // that x̂₀ is clipped to as it is made

  // What the plan looks back at, by step modulo the length.
  private final float[][] pastX;
  private final float[][] pastX0;
  private final float[][] pastEps;

  private float[] x;
  private float[] x0;
  private int step;

  /**
   * Starts a plan.
   *
   * @param plan the steps
   * @param parameterization the parameterization of the network
   * @param treatment the treatment of each x̂₀
   * @param start the sample at the first step's noise level, such as standard normal noise times
   *     {@link SamplingPlan#initialScale}; not modified
   * @param noise standard normal noise for a step of the plan; called only for steps that need it
   */
  public Trajectory(
      SamplingPlan plan,
      Parameterization parameterization,
      Thresholding treatment,
      float[] start,
      IntFunction<float[]> noise) {
    this.plan = plan;
    this.parameterization = parameterization;
    this.treatment = treatment;
    this.noise = noise;
    int size = start.length;
    limit =
        treatment instanceof Clipping clipping ? (float) clipping.range() : Float.POSITIVE_INFINITY;
    x = start;
    pastX = new float[plan.memory(Quantity.X) + 1][0]; // filled with the samples themselves
    pastX0 = new float[plan.memory(Quantity.X0) + 1][size];
    int epsMemory = plan.memory(Quantity.EPS);
    pastEps = epsMemory == 0 ? new float[0][0] : new float[epsMemory + 1][size];
    x0 = pastX0[0];
  }

  /** Whether all steps are done. */
  public boolean done() {
    return step == plan.steps().size();
  }

  /** Returns the index of the next step, from 0; the number of steps at the end. */
  public int step() {
    return step;
  }

  /** Returns the current sample. Each step makes a new array and does not modify earlier ones. */
  public float[] x() {
    return x;
  }

  /**
   * Returns the estimate x̂₀ of the latest step; later steps overwrite it. Zero before the first
   * step.
   */
  public float[] x0() {
    return x0;
  }

  /**
   * Returns the next input of the network.
   *
   * @throws IllegalStateException if all steps are done
   */
  public <C> Query<C> query(C condition) {
    return new Query<>(x, present().t(), condition).withRow(new PlanRow(plan, step));
  }

  /**
   * Makes one step.
   *
   * @param prediction the prediction for {@link #query}; not modified
   * @throws IllegalArgumentException if it does not have the size of the sample
   * @throws IllegalStateException if all steps are done
   */
  public void advance(Prediction prediction) {
    SamplingPlan.Step present = present();
    float[] output = prediction.output();
    Check.length("output", output.length, x.length);
    Conversion from = Conversion.of(parameterization, present.alphaBar());
    boolean treated = treatment != Thresholding.NONE;
    // An untreated x̂₀ is not a term of its own: x and the output, which it is made of, have all
    // digits.
    Terms x0Terms = treated ? Terms.X0 : new Terms(from.x0FromX(), 0, from.x0FromOutput());
    Terms epsTerms = epsTerms(from, present.alphaBar(), treated);

    x0 = pastX0[step % pastX0.length];
    pastX[step % pastX.length] = x;
    boolean inBlocks = treatment instanceof Clipping && !present.update().isLangevin();
    if (!inBlocks) { // the treatment or the step looks at the whole sample
      estimate(from, output, 0, x.length);
      treatment.treat(x0);
    }
    float[] next = new float[x.length];
    float[] z = present.update().noise().isNone() ? next : gaussian();
    Update update =
        present.update().isLangevin()
            ? sized(present.update(), epsTerms, output, z)
            : present.update();
    Terms nextTerms =
        new Terms(update.x(), 0, 0).plus(update.x0(), x0Terms).plus(update.eps(), epsTerms);
    for (int start = 0; start < next.length; start += BLOCK) {
      int end = Math.min(start + BLOCK, next.length);
      if (inBlocks) {
        estimate(from, output, start, end);
      }
      if (pastEps.length > 0) {
        sum(pastEps[step % pastEps.length], epsTerms, output, start, end);
      }
      sum(next, nextTerms, output, start, end);
      addPast(next, update, start, end);
      addNoise(next, update.noise(), prediction, z, start, end);
      if (prediction.hasGradient()) {
        guide(next, update, present.alphaBar(), prediction, start, end);
      }
    }
    x = next;
    step++;
  }

  /** A linear combination of x, the treated x̂₀ and the network's output. */
  private record Terms(double x, double x0, double output) {
    static final Terms X0 = new Terms(0, 1, 0);

    Terms plus(double factor, Terms more) {
      return new Terms(x + factor * more.x, x0 + factor * more.x0, output + factor * more.output);
    }
  }

  private Terms epsTerms(Conversion from, double alphaBar, boolean treated) {
    // The noise of a clean sample cannot be computed from x and x̂₀.
    if (treated && plan.epsSource() == EpsSource.TREATED_X0 && alphaBar < 1) {
      double noise = sqrt(1 - alphaBar);
      return new Terms(1 / noise, -sqrt(alphaBar) / noise, 0);
    }
    return new Terms(from.epsFromX(), 0, from.epsFromOutput());
  }

  private void estimate(Conversion from, float[] output, int start, int end) {
    TrajectoryKernels.mixClipped(
        x0, from.x0FromX(), x, from.x0FromOutput(), output, limit, start, end);
  }

  private void sum(float[] to, Terms terms, float[] output, int start, int end) {
    boolean ofX0 = terms.x0() != 0;
    TrajectoryKernels.mix(
        to, terms.x(), x, ofX0 ? terms.x0() : terms.output(), ofX0 ? x0 : output, start, end);
    if (ofX0 && terms.output() != 0) {
      TrajectoryKernels.add(to, terms.output(), output, start, end);
    }
  }

  private void addPast(float[] to, Update update, int start, int end) {
    List<Update.Past> terms = update.past();
    for (int i = 0; i < terms.size(); i++) { // an iterator would be garbage, once per block
      TrajectoryKernels.add(to, terms.get(i).factor(), remembered(terms.get(i)), start, end);
    }
  }

  /** Makes a Langevin step, with a size that depends on ε̂ and the noise. */
  private Update sized(Update nominal, Terms epsTerms, float[] output, float[] z) {
    float[] eps = new float[x.length];
    sum(eps, epsTerms, output, 0, x.length);
    return nominal.sized(Vectors.length(z) / Vectors.length(eps));
  }

  /** Adds σ·z. */
  private static void addNoise(
      float[] to, Noise noise, Prediction prediction, float[] z, int start, int end) {
    if (noise.isNone()) {
      return;
    }
    if (noise.isLearned() && prediction.hasVariance()) {
      // σ = exp(½·(f·max + (1−f)·min)) with f = (v+1)/2, as middle·exp(slope·v)
      double middle = middle(noise);
      double slope = slope(noise);
      float[] v = prediction.variance();
      if (noise.added() == 0) {
        TrajectoryKernels.addExp(to, middle, slope, v, z, start, end);
      } else {
        TrajectoryKernels.addRoot(to, middle * middle, 2 * slope, v, noise.added(), z, start, end);
      }
    } else {
      TrajectoryKernels.add(to, noise.sigma(), z, start, end);
    }
  }

  private static double middle(Noise noise) {
    return StrictMath.exp((noise.maxLogVariance() + noise.minLogVariance()) / 4);
  }

  private static double slope(Noise noise) {
    return (noise.maxLogVariance() - noise.minLogVariance()) / 4;
  }

  /**
   * Moves the next sample by a gradient g. A step that draws from a posterior moves its mean by Σ·g
   * (Dhariwal &amp; Nichol 2021, algorithm 1). Any other step moves its score by g: ε̂ by −√(1−ᾱ)·g
   * and x̂₀ by (1−ᾱ)/√ᾱ·g (algorithm 2); as with OpenAI, after x̂₀ was treated.
   */
  private void guide(
      float[] to, Update update, double alphaBar, Prediction prediction, int start, int end) {
    float[] g = prediction.gradient();
    if (update.shift().isPresent()) {
      Noise shift = update.shift().get();
      if (shift.isLearned() && prediction.hasVariance()) {
        double root = middle(shift);
        double slope = 2 * slope(shift);
        TrajectoryKernels.addExp(to, root * root, slope, prediction.variance(), g, start, end);
      } else {
        TrajectoryKernels.add(to, shift.sigma() * shift.sigma(), g, start, end);
      }
      return;
    }
    double ofEps = -sqrt(1 - alphaBar);
    double ofX0 = alphaBar == 0 ? 0 : (1 - alphaBar) / sqrt(alphaBar); // pure noise has no x̂₀
    TrajectoryKernels.add(to, update.eps() * ofEps + update.x0() * ofX0, g, start, end);
    TrajectoryKernels.add(x0, ofX0, g, start, end);
    if (pastEps.length > 0) {
      TrajectoryKernels.add(pastEps[step % pastEps.length], ofEps, g, start, end);
    }
  }

  private float[] gaussian() {
    float[] z = noise.apply(step);
    Check.length("noise", z.length, x.length);
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
