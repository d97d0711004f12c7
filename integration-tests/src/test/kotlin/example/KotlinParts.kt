package example

import com.google.inject.AbstractModule
import io.diffusion4j.diffusion.guidance.GuidanceRule
import io.diffusion4j.diffusion.guidance.GuidanceScale

class KotlinParts : AbstractModule() {
  override fun configure() {
    val half = GuidanceRule { _, asked -> GuidanceScale { t -> 1 + (asked.at(t) - 1) / 2 } }
    bind(GuidanceRule::class.java).toInstance(half)
  }
}
