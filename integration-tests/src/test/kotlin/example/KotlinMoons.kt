package example

import io.diffusion4j.diffusion.schedule.NoiseSchedule
import io.diffusion4j.diffusion.solver.HeunSampler
import io.diffusion4j.nn.Function
import io.diffusion4j.nn.Nn
import io.diffusion4j.nn.Tensor
import io.diffusion4j.nn.train.TrainingConfig
import io.diffusion4j.nn.train.diffusion.VectorDiffusion
import java.nio.file.Path
import java.util.SplittableRandom
import kotlin.math.PI
import kotlin.math.cos
import kotlin.math.exp
import kotlin.math.sin

object KotlinMoons {
  private val model =
    VectorDiffusion.of(2, ::network)
      .withSchedule(NoiseSchedule.of(1000) { u -> (1 + exp(-6.0)) / (1 + exp(12 * u - 6)) })
      .withLoss(::huber)
      .withMetric("size") { nn, prediction, _ -> nn.map(Function.ABS, prediction) }

  private fun network(nn: Nn, x: Tensor, time: Tensor): Tensor {
    var h = nn.at("in").linear(x, 128)
    repeat(3) {
      val block = nn.at("blocks", it)
      val sum = nn.add(block.at("x").linear(nn.silu(h), 128), block.at("t").linear(time, 128))
      h = nn.add(h, block.at("out").linear(nn.silu(sum), 128))
    }
    return nn.at("out").linear(nn.silu(h), 2)
  }

  private fun huber(nn: Nn, prediction: Tensor, target: Tensor): Tensor {
    val square = nn.map(Function.SQUARE, nn.subtract(prediction, target))
    val sum = nn.add(square, nn.constant(1e-3))
    return nn.multiply(sum, nn.map(Function.INVERSE_ROOT, sum)) // √(e² + c²)
  }

  private fun point(random: SplittableRandom): FloatArray {
    val angle = PI * random.nextDouble()
    val moon = if (random.nextBoolean()) 1 else -1
    return floatArrayOf((moon * (cos(angle) - 0.5)).toFloat(), (moon * (sin(angle) - 0.25)).toFloat())
  }

  fun draw(trainingSteps: Long, state: Path): List<FloatArray> {
    val config = TrainingConfig.of(trainingSteps, 256, 2e-3, 0)
    val weights =
      model.train(config, state, ::point) { step, report -> println("$step: ${report.metrics}") }
    return model.sample(weights, HeunSampler(), 25, 500, 1)
  }
}
