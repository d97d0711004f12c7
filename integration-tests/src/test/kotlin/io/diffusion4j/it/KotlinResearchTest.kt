package io.diffusion4j.it

import com.google.inject.Guice
import com.google.inject.Key
import com.google.inject.TypeLiteral
import example.KotlinBackbone
import example.KotlinLoss
import example.KotlinMetric
import example.KotlinMoons
import example.KotlinSampler
import example.Moons
import io.diffusion4j.checkpoint.Checkpoint
import io.diffusion4j.decoder.DecoderModel
import io.diffusion4j.decoder.backbone.BackboneLayers
import io.diffusion4j.decoder.backbone.NamedBackbone
import io.diffusion4j.diffusion.sampling.Sampler
import io.diffusion4j.diffusion.schedule.CosineSchedule
import io.diffusion4j.diffusion.schedule.TimestepSpacings
import io.diffusion4j.diffusion.solver.DdimSampler
import io.diffusion4j.emoji.train.EmojiData
import io.diffusion4j.emoji.train.EmojiPreset
import io.diffusion4j.nn.engine.Compute
import io.diffusion4j.nn.engine.Precision
import io.diffusion4j.pipeline.Plugins
import io.diffusion4j.training.ModelTraining
import io.diffusion4j.training.TrainingPlugins
import io.diffusion4j.unclip.training.UnclipPreset
import io.diffusion4j.unclip.training.UnclipTraining
import java.nio.file.Path
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** The plugins in Kotlin of docs/research.md. */
class KotlinResearchTest {
  @Test
  fun `loss and metric train a part`(@TempDir folder: Path) {
    val preset = EmojiPreset.tiny()
    val metrics = mutableMapOf<String, Double>()
    Plugins.of(KotlinLoss()).add(KotlinMetric(), "").use { plugins ->
      val training = ModelTraining(preset.sizes, folder.resolve("model"), folder.resolve("state"))
      val part = UnclipTraining.UPSAMPLER
      val setup =
        training
          .setup(part, EmojiData.of(preset))
          .with(TrainingPlugins(plugins.additions()))
          .with("loss", "huber")
      val config = training.config(part).withSteps(1).withBatchSize(2)
      training.train(setup, config, 1) { _, report -> metrics.putAll(report.metrics) }
    }
    assertThat(metrics).containsKeys("mean_size", "mse")
    Checkpoint.open(folder.resolve("model/super_res_first"), Checkpoint.DIFFUSERS).use {
      assertThat(it.metadata()["diffusion4j.plugins"])
        .isEqualTo("loss huber by example.KotlinLoss; metric mean_size by example.KotlinMetric")
    }
  }

  @Test
  fun `a backbone is compiled`() {
    val sizes = EmojiPreset.tiny().sizes.of(UnclipPreset::class.java)
    Plugins.of(KotlinBackbone()).use { plugins ->
      val layers = TrainingPlugins(plugins.additions()).of(BackboneLayers::class.java).getValue("conv")
      val backbone = NamedBackbone.Requested("conv", layers).like(sizes.decoderConfig())
      val compute = Compute.of(Precision.FLOAT32)
      DecoderModel.random(backbone, sizes.projection(), 4, 1, compute).use {
        assertThat(it.config()).isEqualTo(backbone)
      }
    }
  }

  @Test
  fun `a sampler makes the plan of DDIM`() {
    val type = object : TypeLiteral<Map<String, @JvmSuppressWildcards Sampler>>() {}
    val own = Guice.createInjector(KotlinSampler()).getInstance(Key.get(type)).getValue("plain")
    val schedule = CosineSchedule(1000)
    val timesteps = TimestepSpacings.TRAILING.of(1000, 4)
    assertThat(own.plan(schedule, timesteps).toString())
      .isEqualTo(DdimSampler(0.0).plan(schedule, timesteps).toString())
  }

  @Test
  fun `the moons in Kotlin are those in Java`(@TempDir folder: Path) {
    val points = KotlinMoons.draw(100, folder.resolve("kotlin"))
    assertThat(points).hasSize(500)
    assertThat(points).containsExactlyElementsOf(Moons.draw(100, folder.resolve("java")))
  }
}
