package io.diffusion4j.benchmarks.samplers;

import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Noise;
import io.diffusion4j.diffusion.sampling.Quantity;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import java.util.ArrayList;
import java.util.List;

/**
 * A hand-written sampler: each step is a single loop in float32 over only the terms of this step,
 * with x̂₀ clipped to ±1. For networks that predict ε. It is the baseline of {@link SamplerStep}.
 */
final class FusedLoop {
  private final SamplingPlan plan;
  private final boolean keepsX0;
  private final boolean keepsEps;
  private final boolean givesEps; // the network's ε̂, not the one that follows from the clipped x̂₀
  private final float[][] pastX;
  private final float[][] kept; // x̂₀ or ε̂, whichever later steps of the plan use
  private final float[][] keptEps; // ε̂, if later steps use both, or the network's

  private float[] x;
  private int step;

  FusedLoop(SamplingPlan plan, float[] start) {
    this.plan = plan;
    x = start;
    keepsX0 = plan.memory(Quantity.X0) > 0;
    keepsEps = plan.memory(Quantity.EPS) > 0;
    givesEps = plan.epsSource() == EpsSource.NETWORK;
    pastX = new float[plan.memory(Quantity.X) + 1][];
    int memory = Math.max(plan.memory(Quantity.X0), plan.memory(Quantity.EPS)) + 1;
    kept = new float[memory][start.length];
    keptEps = new float[keepsEps && (keepsX0 || givesEps) ? memory : 0][start.length];
  }

  boolean done() {
    return step == plan.steps().size();
  }

  float[] x() {
    return x;
  }

  /** Executes one step, with the noise {@code z} if the step adds noise. */
  void advance(Prediction prediction, float[] z) {
    Update update = plan.steps().get(step).update();
    double alphaBar = plan.steps().get(step).alphaBar();
    var from = Conversion.of(Parameterization.EPS, alphaBar);
    // ε̂ follows from the clipped x̂₀: ε̂ = (x − √ᾱ·x̂₀) / √(1−ᾱ)
    double epsX = 1 / Math.sqrt(1 - alphaBar);
    double epsX0 = -Math.sqrt(alphaBar) * epsX;
    if (update.isLangevin()) {
      update = sized(update, from, epsX, epsX0, prediction.output(), z);
    }
    double ofX0sEps = givesEps ? 0 : update.eps();
    boolean inKept = keepsEps && keptEps.length == 0;
    var loop =
        new Loop(
            x,
            prediction.output(),
            (float) from.x0FromX(),
            (float) from.x0FromOutput(),
            (float) (update.x() + ofX0sEps * epsX),
            (float) (update.x0() + ofX0sEps * epsX0),
            inKept ? (float) epsX : 0,
            inKept ? (float) epsX0 : 1);
    pastX[step % pastX.length] = x;
    float[] keep = kept[step % kept.length];
    Noise noise = update.noise();
    boolean keeps = keepsX0 || keepsEps || givesEps;
    if (noise.isLearned() && prediction.hasVariance()) {
      float middle = (float) ((noise.maxLogVariance() + noise.minLogVariance()) / 4);
      float slope = (float) ((noise.maxLogVariance() - noise.minLogVariance()) / 4);
      x = loop.learnedNoise(middle, slope, prediction.variance(), z);
    } else {
      float sigma = noise.isNone() ? 0 : (float) noise.sigma();
      x =
          keeps
              ? loop.keeping(keep, terms(update, prediction.output(), sigma, z))
              : noise.isNone() ? loop.plain() : loop.plus(sigma, z);
      if (keptEps.length > 0) {
        float[] eps = keptEps[step % keptEps.length];
        for (int i = 0; i < eps.length; i++) {
          eps[i] = givesEps ? prediction.output()[i] : (float) (epsX * loop.x[i] + epsX0 * keep[i]);
        }
      }
    }
    step++;
  }

  /** A Langevin step by the ratio of the norms of z and ε̂, at most 2. */
  private Update sized(
      Update update, Conversion from, double epsX, double epsX0, float[] output, float[] z) {
    double ofEps = 0;
    double ofZ = 0;
    for (int i = 0; i < x.length; i++) {
      double x0 = from.x0(x[i], output[i]);
      double eps = epsX * x[i] + epsX0 * Math.max(-1, Math.min(1, x0));
      ofEps += eps * eps;
      ofZ += (double) z[i] * z[i];
    }
    double r = Math.min(2, Math.sqrt(ofZ / ofEps));
    return Update.ZERO
        .plusX(update.x())
        .plusEps(r * r * update.eps())
        .plusNoise(r * update.noise().sigma());
  }

  /**
   * Returns the terms of a step: earlier predictions, the network's ε̂ if the step uses it, and the
   * noise.
   */
  private List<Term> terms(Update update, float[] eps, float sigma, float[] z) {
    List<Update.Past> past = update.past();
    List<Term> terms = new ArrayList<>();
    if (givesEps) {
      terms.add(new Term((float) update.eps(), eps));
    }
    for (int k = 0; k < past.size(); k++) {
      terms.add(new Term((float) past.get(k).factor(), of(past, k)));
    }
    if (!update.noise().isNone()) {
      terms.add(new Term(sigma, z));
    }
    return terms;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Term(float factor, float[] values) {}

  private float[] of(List<Update.Past> past, int k) {
    Update.Past term = past.get(k);
    float[][] ring =
        switch (term.of()) {
          case X -> pastX;
          case X0 -> kept;
          case EPS -> keptEps.length > 0 ? keptEps : kept;
        };
    return ring[(step - term.ago()) % ring.length];
  }

  /** The loops. The remembered value is {@code keepX}·x + {@code keepX0}·x̂₀. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Loop(
      float[] x,
      float[] output,
      float x0FromX,
      float x0FromOutput,
      float ofX,
      float ofX0,
      float keepX,
      float keepX0) {

    private static float clip(float x0) {
      return Math.max(-1, Math.min(1, x0));
    }

    float[] plain() {
      float[] next = new float[x.length];
      for (int i = 0; i < next.length; i++) {
        next[i] = ofX * x[i] + ofX0 * clip(x0FromX * x[i] + x0FromOutput * output[i]);
      }
      return next;
    }

    float[] plus(float a, float[] as) {
      float[] next = new float[x.length];
      for (int i = 0; i < next.length; i++) {
        float x0 = clip(x0FromX * x[i] + x0FromOutput * output[i]);
        next[i] = ofX * x[i] + ofX0 * x0 + a * as[i];
      }
      return next;
    }

    float[] learnedNoise(float middle, float slope, float[] variance, float[] z) {
      float[] next = new float[x.length];
      for (int i = 0; i < next.length; i++) {
        float x0 = clip(x0FromX * x[i] + x0FromOutput * output[i]);
        float sigma = (float) Math.exp(middle + slope * variance[i]);
        next[i] = ofX * x[i] + ofX0 * x0 + sigma * z[i];
      }
      return next;
    }

    /** Returns the plain loop with additional terms; remembers the values that later steps use. */
    float[] keeping(float[] keep, List<Term> terms) {
      float[] next = new float[x.length];
      float a = terms.size() > 0 ? terms.get(0).factor : 0;
      float b = terms.size() > 1 ? terms.get(1).factor : 0;
      float c = terms.size() > 2 ? terms.get(2).factor : 0;
      float d = terms.size() > 3 ? terms.get(3).factor : 0;
      float[] as = terms.size() > 0 ? terms.get(0).values : next;
      float[] bs = terms.size() > 1 ? terms.get(1).values : next;
      float[] cs = terms.size() > 2 ? terms.get(2).values : next;
      float[] ds = terms.size() > 3 ? terms.get(3).values : next;
      switch (terms.size()) {
        case 0 -> {
          for (int i = 0; i < next.length; i++) {
            next[i] = kept(keep, i);
          }
        }
        case 1 -> {
          for (int i = 0; i < next.length; i++) {
            next[i] = kept(keep, i) + a * as[i];
          }
        }
        case 2 -> {
          for (int i = 0; i < next.length; i++) {
            next[i] = kept(keep, i) + a * as[i] + b * bs[i];
          }
        }
        case 3 -> {
          for (int i = 0; i < next.length; i++) {
            next[i] = kept(keep, i) + a * as[i] + b * bs[i] + c * cs[i];
          }
        }
        case 4 -> {
          for (int i = 0; i < next.length; i++) {
            next[i] = kept(keep, i) + a * as[i] + b * bs[i] + c * cs[i] + d * ds[i];
          }
        }
        default -> {
          for (int i = 0; i < next.length; i++) {
            float sum = kept(keep, i);
            for (Term term : terms) {
              sum += term.factor * term.values[i];
            }
            next[i] = sum;
          }
        }
      }
      return next;
    }

    private float kept(float[] keep, int i) {
      float x0 = clip(x0FromX * x[i] + x0FromOutput * output[i]);
      keep[i] = keepX * x[i] + keepX0 * x0;
      return ofX * x[i] + ofX0 * x0;
    }
  }
}
