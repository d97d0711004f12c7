package io.diffusion4j.it

import io.diffusion4j.diffusion.denoiser.Prediction
import io.diffusion4j.diffusion.process.Parameterization
import io.diffusion4j.diffusion.stage.Trajectory
import io.diffusion4j.diffusion.sampling.Thresholding
import io.diffusion4j.diffusion.schedule.NoiseSchedule
import io.diffusion4j.diffusion.schedule.Schedules
import io.diffusion4j.diffusion.schedule.TimestepSpacing
import io.diffusion4j.diffusion.schedule.TimestepSpacings
import io.diffusion4j.diffusion.schedule.Timesteps
import io.diffusion4j.diffusion.solver.DdimSampler
import io.diffusion4j.diffusion.solver.Samplers
import io.diffusion4j.plots.ChartFile
import io.diffusion4j.plots.PlanPlots
import io.diffusion4j.plots.SchedulePlots
import java.nio.file.Path
import kotlin.io.path.readBytes
import kotlin.math.exp
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** Schedules, spacings, plans and their pictures, without a network. */
class NumericsTest {
  /** ᾱ falls exponentially. */
  private class Exponential(private val steps: Int) : NoiseSchedule {
    override fun steps() = steps

    override fun alphaBar(t: Int) = exp(-0.01 * (t - NoiseSchedule.CLEAN))
  }

  /** The halves of the halves. */
  private val halving = TimestepSpacing { trainSteps, n ->
    Timesteps(generateSequence(trainSteps - 1) { it / 2 }.take(n).toList())
  }

  @Test
  fun `a schedule and a spacing of one's own make a plan`() {
    val plan = DdimSampler(0.0).plan(Exponential(1000), halving.of(1000, 5))
    assertThat(plan.steps.map { it.t.toInt() }).containsExactly(999, 499, 249, 124, 62)
    assertThat(plan.steps.last().update.x0).isEqualTo(1.0)
    assertThat(plan.toString().lines().first()).contains("timestep", "alphaBar", "x0", "noise")
  }

  @Test
  fun `what is found by name is what was asked for`() {
    val schedule = Schedules.standard().named("cosine").apply(1000)
    val timesteps = TimestepSpacings.standard().named("trailing").of(schedule.steps(), 4)
    assertThat(timesteps.values).containsExactly(999, 749, 499, 249)
    for (name in Samplers.standard().names()) {
      val plan = Samplers.standard().named(name).plan(schedule, timesteps)
      assertThat(plan.steps).`as`(name).isNotEmpty()
    }
    assertThatThrownBy { Schedules.standard().named("cosinus").apply(1000) }
      .isInstanceOf(IllegalArgumentException::class.java)
      .hasMessageStartingWith("schedule: cosinus (expected: one of ")
  }

  @Test
  fun `a trajectory follows a plan`() {
    val schedule = Schedules.standard().named("linear").apply(1000)
    val plan = DdimSampler(0.0).plan(schedule, halving.of(1000, 8))
    val clean = floatArrayOf(0.5f, -0.25f)
    val way =
      Trajectory(plan, Parameterization.X0, Thresholding.NONE, floatArrayOf(1f, 2f)) {
        error("step $it of DDIM needs no noise")
      }
    while (!way.done()) {
      val query = way.query(Unit)
      assertThat(query.t).isEqualTo(plan.steps[way.step()].t)
      way.advance(Prediction.of(clean))
    }
    assertThat(way.x()).isEqualTo(clean)
  }

  @Test
  fun `schedules and plans are drawn`(@TempDir folder: Path) {
    val mine = mapOf("exponential" to Exponential(100))
    val visited = mapOf("halving" to halving.of(100, 4))
    val picture = ChartFile(folder.resolve("schedule.png"))
    picture.write(listOf(SchedulePlots(mine, visited).snr().withTitle("Mine")))
    assertThat(picture.path().readBytes()).startsWith(0x89, 'P'.code, 'N'.code, 'G'.code)
    val plans = mapOf("mine" to DdimSampler(0.0).plan(Exponential(100), halving.of(100, 4)))
    ChartFile(folder.resolve("plan.svg")).write(PlanPlots.of(plans))
    assertThat(folder.resolve("plan.svg")).isNotEmptyFile()
  }
}
