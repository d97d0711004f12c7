package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.denoiser.Perturbation;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Conversion;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.PlanRow;
import io.diffusion4j.diffusion.schedule.NoiseLevel;
import java.util.Optional;

/**
 * The guidance of one trajectory by a {@link Guider}, with the differences that momentum remembers.
 * Owned by the thread of the trajectory.
 */
public final class GuidedPath {
  private final Guider guider;
  private final boolean isPlain;
  private float[] before = {}; // c − u of the row before, with momentum

  GuidedPath(Guider guider) {
    this.guider = guider;
    isPlain = guider.equals(Guider.PLAIN);
  }

  /** The predictions that a row needs. */
  enum Needs {
    NONE,
    UNCONDITIONAL,
    CONDITIONAL,
    BOTH
  }

  /** Returns the predictions that a query needs at a scale. */
  Needs needs(Query<?> query, double scale) {
    if (!isPlain) {
      PlanRow row = row(query);
      if (isZero(row)) {
        return Needs.NONE;
      }
      if (!guider.isOn(row) || (scale == 1 && guider.isNoneAtOne())) {
        return Needs.CONDITIONAL;
      }
      return Needs.BOTH;
    }
    return scale == 1 ? Needs.CONDITIONAL : scale == 0 ? Needs.UNCONDITIONAL : Needs.BOTH;
  }

  private boolean isZero(PlanRow row) {
    return guider.method() == Guider.Method.CFG_ZERO && row.index() < guider.value("zero_steps");
  }

  private static PlanRow row(Query<?> query) {
    return query
        .row()
        .orElseThrow(() -> new IllegalStateException("row: none (expected: a query of a plan)"));
  }

  /** Returns whether a query leads away from the weaker network's prediction p, too. */
  boolean needsWeaker(Query<?> query) {
    return !isPlain && guider.value("weak") != 0 && guider.isAway(row(query));
  }

  /** Returns what is left out of the network for p; empty if another network predicts it. */
  Optional<Perturbation> perturbation() {
    return guider.perturbation();
  }

  /** Returns c + s·(c − p), or p + s·(c − p) of diffusers, rescaled: guidance by p alone. */
  float[] away(float[] c, float[] p) {
    double s = guider.value("weak") + (guider.value("original") != 0 ? 1 : 0);
    return rescaled(mixed(p, c, s), c);
  }

  /** Returns the output of a row whose velocity ε − x₀ is 0: x̂₀ = ε̂ = x/(√ᾱ + √(1−ᾱ)). */
  float[] zero(Query<?> query, Parameterization parameterization) {
    double alphaBar = row(query).step().alphaBar();
    var level = new NoiseLevel(alphaBar);
    double x0PerX = 1 / (level.signal() + level.noise());
    var from = Conversion.of(parameterization, alphaBar);
    float[] output = new float[query.xt().length];
    for (int i = 0; i < output.length; i++) {
      output[i] = (float) ((x0PerX - from.x0FromX()) * query.xt()[i] / from.x0FromOutput());
    }
    return output;
  }

  /**
   * Returns the combination of the unconditional and the conditional output.
   *
   * @param p the weaker network's output; c itself if it is not needed
   */
  float[] combine(
      Query<?> query,
      Parameterization parameterization,
      float[] u,
      float[] c,
      float[] p,
      double scale) {
    if (isPlain) {
      return mixed(u, c, scale);
    }
    PlanRow row = row(query);
    if (guider.space() == Guider.Space.OUTPUT) {
      return rescaled(plusAway(guided(u, c, scale, row), c, p), c);
    }
    var from = Conversion.of(parameterization, row.step().alphaBar());
    float[] x0 = x0(query, from, c);
    float[] guided = guided(x0(query, from, u), x0, scale, row);
    guided = rescaled(plusAway(guided, x0, p == c ? x0 : x0(query, from, p)), x0);
    for (int i = 0; i < guided.length; i++) {
      guided[i] = (float) ((guided[i] - from.x0FromX() * query.xt()[i]) / from.x0FromOutput());
    }
    return guided;
  }

  /** Adds s·(c − p). */
  private float[] plusAway(float[] guided, float[] c, float[] p) {
    if (p != c) {
      double s = guider.value("weak");
      for (int i = 0; i < guided.length; i++) {
        guided[i] = (float) (guided[i] + s * ((double) c[i] - p[i]));
      }
    }
    return guided;
  }

  private static float[] x0(Query<?> query, Conversion from, float[] output) {
    float[] x0 = new float[output.length];
    for (int i = 0; i < x0.length; i++) {
      x0[i] = (float) from.x0(query.xt()[i], output[i]);
    }
    return x0;
  }

  private float[] guided(float[] u, float[] c, double scale, PlanRow row) {
    return switch (guider.method()) {
      case CFG -> mixed(u, c, scale);
      case CFG_PLUS_PLUS -> mixed(u, c, Guider.plusPlus(scale, row.step()));
      case CFG_ZERO -> mixed(times(u, dot(c, u) / (dot(u, u) + 1e-8)), c, scale);
      case TANGENTIAL -> mixed(tangential(u, c), c, scale);
      case MAGNITUDE_AWARE -> {
        double change = length(minus(c, u)) / length(u);
        yield mixed(u, c, 1 + (scale - 1) * StrictMath.exp(-guider.value("alpha") * change));
      }
      case APG -> projected(u, c, scale, row);
    };
  }

  /** Adaptive projected guidance, see {@link Guider.Method#APG}. */
  private float[] projected(float[] u, float[] c, double scale, PlanRow row) {
    float[] d = minus(c, u);
    double momentum = guider.value("momentum");
    if (momentum != 0) {
      for (int i = 0; i < before.length; i++) {
        d[i] += (float) (momentum * before[i]);
      }
      before = d.clone();
    }
    if (row.index() < guider.value("cfg_steps")) {
      return mixed(u, c, guider.value("cfg_scale"));
    }
    boolean original = guider.value("original") != 0;
    double threshold = guider.value("threshold");
    double along = 1 - guider.value("eta");
    int size = guider.value("group") == 0 ? d.length : (int) guider.value("group");
    float[] out = new float[d.length];
    for (int start = 0; start < d.length; start += size) {
      int end = Math.min(start + size, d.length);
      double length = Math.sqrt(dot(d, d, start, end));
      double kept = threshold > 0 && length > threshold ? threshold / length : 1;
      double square = dot(c, c, start, end);
      double parallel = square == 0 ? 0 : along * kept * dot(d, c, start, end) / square;
      for (int i = start; i < end; i++) {
        double update = kept * d[i] - parallel * c[i];
        out[i] = (float) (original ? c[i] + (scale - 1) * update : u[i] + scale * update);
      }
    }
    return out;
  }

  /** Projects u on the larger right singular vector of the two rows c and u. */
  private static float[] tangential(float[] u, float[] c) {
    double cc = dot(c, c);
    double uu = dot(u, u);
    double cu = dot(c, u);
    double largest = (cc + uu) / 2 + Math.hypot((cc - uu) / 2, cu);
    // The left vector (a, b) of [[cc, cu], [cu, uu]]; the right one is (a·c + b·u)/√largest.
    double a = cc >= uu ? largest - uu : cu;
    double b = cc >= uu ? cu : largest - cc;
    double factor = (a * cu + b * uu) / (largest * (a * a + b * b));
    float[] projected = new float[u.length];
    for (int i = 0; i < projected.length; i++) {
      projected[i] = (float) (factor * (a * c[i] + b * u[i]));
    }
    return projected;
  }

  /** Scales towards the standard deviation of c (Lin et al. 2024, §3.4). */
  private float[] rescaled(float[] guided, float[] c) {
    double share = guider.value("rescale");
    return share == 0
        ? guided
        : times(guided, share * deviation(c) / deviation(guided) + 1 - share);
  }

  private static float[] mixed(float[] u, float[] c, double scale) {
    float[] mixed = new float[u.length];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = (float) (u[i] + scale * ((double) c[i] - u[i]));
    }
    return mixed;
  }

  private static float[] minus(float[] a, float[] b) {
    float[] difference = new float[a.length];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return difference;
  }

  private static float[] times(float[] a, double factor) {
    float[] product = new float[a.length];
    for (int i = 0; i < product.length; i++) {
      product[i] = (float) (factor * a[i]);
    }
    return product;
  }

  private static double length(float[] a) {
    return Math.sqrt(dot(a, a));
  }

  private static double deviation(float[] a) {
    double mean = 0;
    for (float value : a) {
      mean += value / (double) a.length;
    }
    double squares = 0;
    for (float value : a) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / a.length);
  }

  private static double dot(float[] a, float[] b) {
    return dot(a, b, 0, a.length);
  }

  private static double dot(float[] a, float[] b, int start, int end) {
    double sum = 0;
    for (int i = start; i < end; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
