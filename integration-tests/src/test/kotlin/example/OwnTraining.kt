package example

import io.diffusion4j.data.Shuffled
import io.diffusion4j.data.files.Columns
import io.diffusion4j.data.files.PictureFiles
import io.diffusion4j.training.TrainableComponent
import io.diffusion4j.training.ModelTraining
import io.diffusion4j.training.Preset
import java.nio.file.Path

object OwnTrainingInKotlin {
  @JvmStatic
  fun train(pictures: String, sizes: Preset, parts: List<TrainableComponent>, steps: Long, model: Path, state: Path) {
    val data = Shuffled(PictureFiles.open("data", listOf(pictures), Columns.DEFAULT))
    val training = ModelTraining(sizes, model, state)
    for (part in parts) {
      val config = training.config(part).withSteps(steps)
      val watch = ModelTraining.Observer { step, report -> println("${part.word()} $step: ${report.loss}") }
      training.train(training.setup(part, data), config, 100, watch)
    }
  }
}
