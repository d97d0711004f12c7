package io.diffusion4j.it

import io.diffusion4j.emoji.train.EmojiData
import io.diffusion4j.emoji.train.EmojiPreset
import io.diffusion4j.nn.train.Trainer
import io.diffusion4j.nn.train.TrainingConfig
import io.diffusion4j.nn.train.TrainingRun
import io.diffusion4j.unclip.training.UnclipTraining
import io.diffusion4j.training.PartSetup
import io.diffusion4j.training.ModelTraining
import java.nio.file.Path
import kotlin.io.path.exists
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** A part is trained from Kotlin. */
class LearningTest {
  private class Losses(private val stopAfter: Long) : ModelTraining.Observer {
    val values = mutableListOf<Double>()
    private lateinit var run: TrainingRun

    override fun onStart(run: TrainingRun, config: TrainingConfig, parameters: Long, fromStep: Long) {
      this.run = run
    }

    override fun onStep(step: Long, report: Trainer.Report) {
      values += report.loss()
      if (step == stopAfter) run.stop()
    }
  }

  @Test
  fun `a part is trained, stopped and gone on with`(@TempDir folder: Path) {
    val preset = EmojiPreset.tiny()
    val clip = PartSetup.of(UnclipTraining.CLIP, EmojiData.of(preset))
    val training = ModelTraining(preset.sizes, folder.resolve("model"), folder.resolve("state"))
    val config = TrainingConfig.of(3, 4, 1e-3, 1)
    val first = Losses(stopAfter = 2)
    assertThat(training.train(clip, config, 1, first)).isFalse()
    assertThat(first.values).hasSize(2).allMatch { it.isFinite() }
    assertThat(folder.resolve("model/text_encoder/model.safetensors").exists()).isFalse()

    val second = Losses(stopAfter = 0)
    assertThat(training.train(clip, config, 1, second)).isTrue()
    assertThat(second.values).hasSize(1)
    assertThat(folder.resolve("model/text_encoder/model.safetensors").exists()).isTrue()
  }
}
