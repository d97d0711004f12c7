package io.diffusion4j.it.guide

import io.diffusion4j.diffusion.continuous.GaussianMixture
import io.diffusion4j.diffusion.process.ForwardProcess
import io.diffusion4j.diffusion.schedule.LinearSchedule
import io.diffusion4j.diffusion.solver.DdimSampler
import io.diffusion4j.local.LocalGeneration
import java.nio.file.Path
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

/** The guide's Kotlin does what its Java does. */
class KotlinGuideTest {
  @Test
  fun `the last state is the sample`() {
    val data = GaussianMixture(listOf(GaussianMixture.Component(1.0, listOf(0.5), 0.04)))
    val network = ExactDenoiser(ForwardProcess(LinearSchedule(1000)), data)
    val states = states(DdimSampler(0.0), network, 10, 100, 3).toList()
    assertThat(states).hasSize(11)
    assertThat(states.last()).isEqualTo(ASampler.draw(DdimSampler(0.0), network, 10, 100, 3))
  }

  @Test
  fun `a picture half way is the one that Java draws`(): Unit = runBlocking {
    val model = Path.of("../emoji/model")
    val drawn =
      LocalGeneration.open(model).use { between(it.client(), "a red apple" to "an owl", 1) }
    assertThat(drawn.single()).isEqualTo(Unclip.draw(model)[2])
  }
}
