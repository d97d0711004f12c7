package io.diffusion4j.diffusion.solver;

import static java.lang.Math.log;

import io.diffusion4j.diffusion.process.Posterior;
import io.diffusion4j.diffusion.sampling.Noise;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Update;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;

/**
 * Ancestral sampling exactly as the published unCLIP pipelines do it (diffusers' {@code
 * UnCLIPScheduler}): with the variance predicted by the network, or the posterior's if it predicts
 * none.
 *
 * <p>It differs from {@link DdpmSampler} in two ways, which are needed to match a published
 * pipeline: β and α = 1 − β are rounded to floats, which leaves α only a digit or two in the first
 * step of the cosine schedule; and between neighbouring timesteps β is read from the schedule's
 * table, not made from ᾱ, so that with {@link
 * io.diffusion4j.diffusion.schedule.TableRounding#FLOAT32} tables the last step scales the image by
 * 0.9995.
 */
public record UnclipSampler() implements Sampler {
  @Override
  public SamplingPlan plan(NoiseSchedule schedule, Timesteps timesteps) {
    var plan = new SamplingPlan.Builder();
    for (int i = 0; i < timesteps.size(); i++) {
      int t = timesteps.get(i);
      int next = timesteps.get(i + 1);
      double alphaBar = schedule.alphaBar(t);
      double alphaBarNext = schedule.alphaBar(next);
      float beta =
          next == t - 1 ? (float) schedule.beta(t) : 1 - (float) alphaBar / (float) alphaBarNext;
      Posterior posterior = Posterior.of(alphaBar, alphaBarNext, 1 - beta, beta);
      Update update = Update.mean(posterior);
      if (i + 1 < timesteps.size()) {
        update = update.drawing(Noise.between(log(posterior.variance()), log(posterior.beta())));
      } else {
        update = update.withShift(Noise.NONE);
      }
      plan.add(t, alphaBar, update);
    }
    return plan.build();
  }
}
