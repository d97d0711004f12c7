package io.diffusion4j.it.guide

import io.diffusion4j.local.LocalGeneration
import java.nio.file.Path
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

/** The guide's Kotlin does what its Java does. */
class KotlinGuideTest {
  @Test
  fun `the Kotlin program trains and draws what the Java program does`() {
    val losses = mutableListOf<Double>()
    val weights = train(::points, 5) { losses += it }
    val expected = mutableListOf<Double>()
    val java = PointDiffusion.train(::points, 5) { expected += it }
    assertThat(losses).hasSize(5).isEqualTo(expected)
    val states = states(weights, 10, 3).toList()
    assertThat(states).hasSize(1001)
    assertThat(states.last()).isEqualTo(PointDiffusion.sample(java, 10, 3))
  }

  private fun points() = FloatArray(512) { if (it % 3 == 0) 1f else -1f }

  @Test
  fun `a picture half way is the one that Java draws`(): Unit = runBlocking {
    val model = Path.of("../emoji/model")
    val drawn =
      LocalGeneration.open(model).use { between(it.client(), "a red apple" to "an owl", 1) }
    assertThat(drawn.single()).isEqualTo(Unclip.draw(model)[2])
  }
}
