package io.diffusion4j.it.guide

// snippet: all
import io.diffusion4j.diffusion.denoiser.Denoiser
import io.diffusion4j.diffusion.noise.PhiloxNoise
import io.diffusion4j.diffusion.sampling.Sampler
import io.diffusion4j.diffusion.sampling.Trajectory
import io.diffusion4j.diffusion.sampling.Thresholding
import io.diffusion4j.diffusion.schedule.LinearSchedule
import io.diffusion4j.diffusion.schedule.TimestepSpacings

/** The states of one sample, from noise to data. A step is computed when its state is read. */
fun states(sampler: Sampler, network: Denoiser<String>, steps: Int, size: Int, seed: Long) =
  sequence {
    val plan = sampler.plan(LinearSchedule(1000), TimestepSpacings.TRAILING.of(1000, steps))
    val noise = PhiloxNoise(seed, 0)
    val start = noise.gaussian("guide", PhiloxNoise.INITIAL, size)
    val trajectory =
      Trajectory(plan, network.parameterization(), Thresholding.NONE, start) { step ->
        noise.gaussian("guide", step, size)
      }
    yield(trajectory.x().copyOf())
    while (!trajectory.done()) {
      trajectory.advance(network.predict(listOf(trajectory.query("no condition"))).single())
      yield(trajectory.x().copyOf())
    }
  }
// end snippet
