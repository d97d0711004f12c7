package io.diffusion4j.diffusion.solver;

import static java.lang.Math.max;
import static java.lang.Math.min;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Posterior;
import io.diffusion4j.diffusion.sampling.Noise;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * Analytic-DPM (Bao et al. 2022): ancestral sampling with the optimal variance for the data, which
 * has a closed form in E‖ε̂‖². The diffusion prior of DALL-E 2 uses it. The last step, to the clean
 * sample, is deterministic.
 *
 * @param power E‖ε̂‖²/d of the network, measured once
 * @param eta the η of the forward process: 1 for that of DDPM, 0 for that of DDIM (whose reverse
 *     process gets noise too)
 * @param range the range of the data, which is known to lie in [−range, range]; ∞ if it is not
 */
public record AnalyticDpmSampler(EpsPower power, double eta, double range) implements Sampler {
  public AnalyticDpmSampler {
    Check.share("eta", eta);
    Check.that(range > 0, "range", range, "> 0");
  }

  /** Creates the sampler for the forward process of DDPM and data of any range. */
  public AnalyticDpmSampler(EpsPower power) {
    this(power, 1, Double.POSITIVE_INFINITY);
  }

  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    var plan = new SamplingPlan.Builder();
    for (int i = 0; i < timesteps.size(); i++) {
      int t = timesteps.get(i);
      double alphaBar = schedule.alphaBar(t);
      double alphaBarNext = schedule.alphaBar(timesteps.get(i + 1));
      double lambda2 = eta * eta * Posterior.of(alphaBar, alphaBarNext).variance();
      double ofEps = sqrt(max(0, 1 - alphaBarNext - lambda2));
      Update update = Update.ZERO.plusX0(sqrt(alphaBarNext)).plusEps(ofEps);
      if (i + 1 < timesteps.size()) {
        double variance = variance(alphaBar, alphaBarNext, lambda2, ofEps, power.at(t));
        update = update.plusNoise(Noise.of(sqrt(variance)));
      }
      plan.add(t, alphaBar, update);
    }
    return plan.build();
  }

  /** Computes σ*² (theorem 1), within its bounds (theorem 2). */
  private double variance(
      double alphaBar, double alphaBarNext, double lambda2, double ofEps, double power) {
    // √(β̄/α) − √(β̄′ − λ²), how far the mean moves with ε̂
    double factor = sqrt((1 - alphaBar) * alphaBarNext / alphaBar) - ofEps;
    // Cov[x₀ | x_t] moves the mean by √ᾱ′ − √(β̄′ − λ²)·√(ᾱ/β̄)
    double ofX0 = (sqrt(alphaBarNext) - ofEps * sqrt(alphaBar / (1 - alphaBar))) * range;
    double optimal = factor * factor * max(0, 1 - power);
    return lambda2 + min(optimal, ofX0 * ofX0);
  }
}
