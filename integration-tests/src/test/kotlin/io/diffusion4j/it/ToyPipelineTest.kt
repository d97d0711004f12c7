package io.diffusion4j.it

import io.diffusion4j.diffusion.argument.ByName
import io.diffusion4j.diffusion.denoiser.BatchingDenoiser
import io.diffusion4j.diffusion.denoiser.Denoiser
import io.diffusion4j.diffusion.denoiser.Prediction
import io.diffusion4j.diffusion.denoiser.Query
import io.diffusion4j.diffusion.guidance.Guidance
import io.diffusion4j.diffusion.guidance.GuidedDenoiser
import io.diffusion4j.diffusion.image.Image
import io.diffusion4j.diffusion.image.ImageFiles
import io.diffusion4j.diffusion.image.Png
import io.diffusion4j.diffusion.noise.PhiloxNoise
import io.diffusion4j.diffusion.component.ImageDecoder
import io.diffusion4j.diffusion.component.Prior
import io.diffusion4j.diffusion.component.TextEncoder
import io.diffusion4j.diffusion.component.TextEncoding
import io.diffusion4j.diffusion.component.Upsampler
import io.diffusion4j.diffusion.pipeline.ImagePipeline
import io.diffusion4j.diffusion.pipeline.ImageTask
import io.diffusion4j.diffusion.pipeline.ModelCard
import io.diffusion4j.diffusion.pipeline.ModelIdentity
import io.diffusion4j.diffusion.pipeline.UnclipParts
import io.diffusion4j.diffusion.pipeline.UnclipPipeline
import io.diffusion4j.diffusion.process.Parameterization
import io.diffusion4j.diffusion.sampling.Sampler
import io.diffusion4j.diffusion.sampling.SamplingPlan
import io.diffusion4j.diffusion.sampling.Update
import io.diffusion4j.diffusion.sampling.Thresholding
import io.diffusion4j.diffusion.schedule.CosineSchedule
import io.diffusion4j.diffusion.schedule.TimestepSpacings
import io.diffusion4j.diffusion.solver.DdimSampler
import io.diffusion4j.diffusion.stage.DiffusionStage
import io.diffusion4j.diffusion.stage.Draw
import io.diffusion4j.diffusion.stage.Pixels
import io.diffusion4j.diffusion.stage.SamplingListener
import io.diffusion4j.diffusion.stage.SamplingSettings
import java.util.concurrent.CancellationException
import kotlin.math.sqrt
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test

private const val SMALL = 4
private const val LARGE = 8

/** DDIM in Kotlin (J. Song et al. 2021, eq. 12 with σ = 0). */
private val ddim = Sampler { schedule, timesteps ->
  val plan = SamplingPlan.Builder()
  for (i in 0 until timesteps.size()) {
    val next = schedule.alphaBar(timesteps[i + 1])
    val update = Update.ZERO.plusX0(sqrt(next)).plusEps(sqrt(1 - next))
    plan.add(timesteps[i].toDouble(), schedule.alphaBar(timesteps[i]), update)
  }
  plan.build()
}

/** unCLIP from lambdas, without any model. */
class ToyPipelineTest {
  /** A network that knows the only answer. */
  private class Recall<C : Any>(private val answer: (C) -> FloatArray) : Denoiser<C> {
    override fun parameterization() = Parameterization.X0

    override fun predict(queries: List<Query<C>>) =
      queries.map { Prediction.of(answer(it.condition)) }
  }

  private val texts = TextEncoder { prompts ->
    prompts.map { prompt ->
      val embedding = FloatArray(4) { if (prompt.isEmpty()) 0f else prompt[it].code / 128f }
      TextEncoding(FloatArray(4), booleanArrayOf(true), embedding)
    }
  }

  private val prior = Prior { draws, _, _ -> draws.map { it.condition.text.embedding } }

  private val network = Recall<ImageDecoder.Condition> { condition ->
    FloatArray(3 * SMALL * SMALL) { condition.imageEmbedding[it % 4] }
  }

  private val upsampler = Upsampler { draws, _, _ ->
    draws.map { draw ->
      Image(LARGE, LARGE, FloatArray(3 * LARGE * LARGE) { draw.condition.pixels[it % 48] })
    }
  }

  private fun decoder(denoiser: Denoiser<ImageDecoder.Condition>): ImageDecoder {
    val stage =
      DiffusionStage(
        "decoder",
        GuidedDenoiser(denoiser),
        CosineSchedule(1000),
        TimestepSpacings.TRAILING,
        Thresholding.clip(1.0),
        3 * SMALL * SMALL,
      )
    return ImageDecoder { draws, settings, listener ->
      val guided =
        draws.map {
          Draw(Guidance(it.condition, it.condition, settings.guidanceScale), it.noise)
        }
      stage.sample(guided, settings, listener).map { Image(SMALL, SMALL, it) }
    }
  }

  private fun pipeline(decoder: ImageDecoder): ImagePipeline =
    UnclipPipeline(
      { ModelIdentity("toy", "lambdas", "MIT", "") },
      Pixels.square(LARGE),
      ModelCard.Limits.DEFAULT,
      setOf(ImageTask.Kind.TEXT_TO_IMAGE),
      UnclipParts(texts, prior, { images -> images.map { FloatArray(4) } }, decoder, upsampler),
    )

  private val pipeline = pipeline(decoder(network))

  private fun ImagePipeline.draw(
    sampler: Sampler,
    count: Int = 1,
    listener: SamplingListener = SamplingListener.NONE,
  ): List<Image> {
    val settings = mapOf(ImageDecoder.STAGE to SamplingSettings(sampler, 5, 2.0))
    return draw(ImageTask.of("apple"), settings, PhiloxNoise.images(1, count), listener)
  }

  @Test
  fun `a prompt becomes a picture`() {
    val stages = mutableListOf<String>()
    val images = pipeline.draw(ddim, count = 2) { stages += "${it.stage} ${it.step}" }
    assertThat(images).hasSize(2)
    val (image, _) = images
    assertThat(image.width).isEqualTo(LARGE)
    assertThat(image.pixels[0]).isCloseTo('a'.code / 128f, org.assertj.core.data.Offset.offset(1e-5f))
    assertThat(stages).hasSize(6).startsWith("decoder 0").endsWith("decoder 5")
  }

  @Test
  fun `a sampler written as a lambda is as good as ours`() {
    val ours = pipeline.draw(DdimSampler(0.0))
    val lambda = pipeline.draw(ddim)
    assertThat(lambda[0].pixels).isEqualTo(ours[0].pixels)
  }

  @Test
  fun `samplers are chosen by name`() {
    val samplers = ByName("sampler", mapOf("mine" to ddim, "theirs" to DdimSampler(0.0)))
    assertThat(samplers.named("mine")).isSameAs(ddim)
    assertThatThrownBy { samplers.named("yours") }
      .isInstanceOf(IllegalArgumentException::class.java)
      .hasMessage("sampler: yours (expected: one of mine, theirs)")
  }

  @Test
  fun `the queries of several callers are merged by a decorator`() {
    BatchingDenoiser("toy", network, 4, 100).use { batching ->
      val merged = pipeline(decoder(batching))
      val alone = pipeline.draw(ddim)
      val result = merged.draw(ddim)
      assertThat(result[0].pixels).isEqualTo(alone[0].pixels)
    }
  }

  @Test
  fun `a listener that throws ends the drawing`() {
    assertThatThrownBy {
        pipeline.draw(ddim) { if (it.step == 2) throw CancellationException("enough") }
      }
      .isInstanceOf(CancellationException::class.java)
      .hasMessage("enough")
  }

  @Test
  fun `noise is addressed by seed and image and stage and step`() {
    val noise = PhiloxNoise(1, 0)
    assertThat(noise.gaussian("decoder", 3, 8)).isEqualTo(noise.gaussian("decoder", 3, 8))
    assertThat(noise.gaussian("decoder", 4, 8)).isNotEqualTo(noise.gaussian("decoder", 3, 8))
    assertThat(noise.candidate(0)).isSameAs(noise)
  }

  @Test
  fun `a picture becomes a file that says how it was made`() {
    val image = pipeline.draw(ddim).single()
    val png = Png.encode(image, mapOf("Title" to "apple"))
    assertThat(Png.text(png)).containsEntry("Title", "apple")
    assertThat(ImageFiles.read(png, 1_000).height).isEqualTo(LARGE)
  }
}
