package io.diffusion4j.it

import com.google.inject.AbstractModule
import com.google.inject.Guice
import com.google.inject.Injector
import com.google.inject.Key
import com.google.inject.multibindings.MapBinder
import io.diffusion4j.diffusion.argument.ByName
import io.diffusion4j.diffusion.image.Image
import io.diffusion4j.diffusion.noise.PhiloxNoise
import io.diffusion4j.diffusion.component.ImageDecoder
import io.diffusion4j.diffusion.component.Prior
import io.diffusion4j.diffusion.component.TextEncoder
import io.diffusion4j.diffusion.component.Upsampler
import io.diffusion4j.diffusion.pipeline.ImageTask
import io.diffusion4j.diffusion.pipeline.UnclipParts
import io.diffusion4j.diffusion.sampling.Sampler
import io.diffusion4j.diffusion.solver.DdimSampler
import io.diffusion4j.diffusion.solver.DpmSolverPlusPlus
import io.diffusion4j.diffusion.solver.Samplers
import io.diffusion4j.kotlin.get
import io.diffusion4j.kotlin.replace
import io.diffusion4j.nn.engine.Compute
import io.diffusion4j.nn.engine.Precision
import io.diffusion4j.unclip.UnclipModel
import io.diffusion4j.unclip.UnclipModule
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

/** Each part of a real pipeline is replaced by a lambda and one binding. */
@ExtendWith(TinyPipeline.Resolver::class)
class SwappingTest(private val tiny: TinyPipeline) {
  private fun Injector.draw(sampler: Sampler = DdimSampler(0.0)) =
    Drawing.of(
      get<UnclipParts>(),
      ImageTask.of("a red apple"),
      TinyPipeline.stages(sampler),
      PhiloxNoise.images(7, 1),
    )

  @Test
  fun `a folder becomes a pipeline in three lines`() {
    UnclipModel.load(tiny.folder(), Compute.of(Precision.FLOAT32)).use { model ->
      val injector = Guice.createInjector(UnclipModule(model))
      val image = injector.draw().images.single()
      assertThat(image.width).isEqualTo(model.imageSize())
    }
  }

  @Test
  fun `the default sampler is replaced by one binding`() {
    val solver = DpmSolverPlusPlus(2)
    val lambda = Sampler { schedule, timesteps -> solver.plan(schedule, timesteps) }
    val injector = tiny.injector(replace<Sampler>(lambda))
    assertThat(injector.get<Sampler>()).isSameAs(lambda)
    assertThat(tiny.injector().get<Sampler>()).isEqualTo(DdimSampler(0.0))
    val pixels = injector.draw(injector.get()).images.single().pixels
    assertThat(pixels).isEqualTo(tiny.injector().draw(solver).images.single().pixels)
    assertThat(pixels).isNotEqualTo(tiny.injector().draw().images.single().pixels)
  }

  @Test
  fun `a sampler is added under a name by one binding`() {
    val mine = Sampler { schedule, timesteps -> DdimSampler(0.5).plan(schedule, timesteps) }
    val injector =
      tiny.injector(
        object : AbstractModule() {
          override fun configure() {
            MapBinder.newMapBinder(binder(), String::class.java, Sampler::class.java)
              .addBinding("mine")
              .toInstance(mine)
          }
        }
      )
    val samplers = injector.getInstance(object : Key<ByName<Sampler>>() {})
    assertThat(samplers.named("mine")).isSameAs(mine)
    assertThat(samplers.names()).containsAll(Samplers.standard().names())
  }

  @Test
  fun `the text encoder is replaced by one binding`() {
    val clip = tiny.model().textEncoder()
    val asked = mutableListOf<String>()
    val loud = TextEncoder { prompts ->
      asked += prompts
      clip.encode(prompts.map { it.uppercase().replace("RED", "GREEN") })
    }
    val result = tiny.injector(replace<TextEncoder>(loud)).draw()
    assertThat(asked).containsExactly("a red apple", "")
    val green = clip.encode(listOf("a green apple")).single()
    assertThat(result.prompts.single().text.embedding).isEqualTo(green.embedding)
    assertThat(result.images.single().pixels)
      .isNotEqualTo(tiny.injector().draw().images.single().pixels)
  }

  @Test
  fun `the prior is replaced by one binding`() {
    val texts = Prior { draws, _, _ -> draws.map { it.condition.text.embedding } }
    val result = tiny.injector(replace<Prior>(texts)).draw()
    assertThat(result.imageEmbeddings.single())
      .isEqualTo(result.prompts.single().text.embedding)
    assertThat(result.images.single().pixels)
      .isNotEqualTo(tiny.injector().draw().images.single().pixels)
  }

  @Test
  fun `the decoder is replaced by one binding`() {
    val grey = ImageDecoder { draws, _, _ -> draws.map { Image(16, 16, FloatArray(3 * 16 * 16)) } }
    val result = tiny.injector(replace<ImageDecoder>(grey)).draw()
    assertThat(result.small.single().pixels).containsOnly(0f)
  }

  @Test
  fun `the upsampler is replaced by one binding`() {
    val none = Upsampler { draws, _, _ -> draws.map { it.condition } }
    val result = tiny.injector(replace<Upsampler>(none)).draw()
    assertThat(result.images).isEqualTo(result.small)
  }
}
