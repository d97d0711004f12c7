package io.diffusion4j.it.guide

import io.diffusion4j.checkpoint.TensorSource
import io.diffusion4j.diffusion.noise.PhiloxNoise
import io.diffusion4j.diffusion.schedule.LinearSchedule
import io.diffusion4j.nn.Batch
import io.diffusion4j.nn.Function
import io.diffusion4j.nn.Inputs
import io.diffusion4j.nn.Nn
import io.diffusion4j.nn.Rows
import io.diffusion4j.nn.Tensor
import io.diffusion4j.nn.TimeEmbedding
import io.diffusion4j.nn.engine.CompiledNetwork
import io.diffusion4j.nn.engine.Compute
import io.diffusion4j.nn.engine.Precision
import io.diffusion4j.nn.train.Objective
import io.diffusion4j.nn.train.Trainer
import io.diffusion4j.nn.train.TrainingConfig
import java.util.SplittableRandom
import kotlin.math.sqrt

// snippet: all
private val schedule = LinearSchedule(1000)
private val compute = Compute.of(Precision.FLOAT32)

/** ε_θ(x_t, t). */
fun network(nn: Nn, inputs: Inputs): List<Tensor> {
  val t = nn.input(inputs.floats("t", 64))
  var h = nn.at("in").linear(nn.input(inputs.floats("x", 2)), 128)
  repeat(3) {
    val block = nn.at("blocks", it)
    val sum = nn.add(block.at("x").linear(nn.silu(h), 128), block.at("t").linear(t, 128))
    h = nn.add(h, block.at("out").linear(nn.silu(sum), 128))
  }
  return listOf(nn.output(nn.at("out").linear(nn.silu(h), 2)))
}

/** L_simple (eq. 14). */
fun loss(nn: Nn, inputs: Inputs): Objective.Loss {
  val error = nn.subtract(inputs.floats("target", 2), network(nn, inputs)[0])
  return Objective.Loss.of(nn.mean(nn.map(Function.SQUARE, error), 0, 1))
}

private fun inputs(x: FloatArray, t: (Int) -> Int) =
  Batch(x.size / 2)
    .floats("x", x)
    .floats("t", Rows.stack(List(x.size / 2) { TimeEmbedding.sinusoid(t(it).toDouble(), 64) }))

/** Algorithm 1. */
fun train(data: () -> FloatArray, steps: Int, progress: (Double) -> Unit): TensorSource {
  val random = SplittableRandom(0)
  val noise = PhiloxNoise(0, 0)
  val config = TrainingConfig.of(steps.toLong(), 256, 2e-3, 0).withCompute(compute)
  Trainer(::loss, config).use { trainer ->
    for (step in 0..<steps) { // line 1
      val x0 = data() // line 2
      val t = IntArray(256) { random.nextInt(0, 1000) } // line 3
      val eps = noise.gaussian("eps", step, x0.size) // line 4
      val xt =
        FloatArray(x0.size) { // eq. 4
          val bar = schedule.alphaBar(t[it / 2])
          (sqrt(bar) * x0[it] + sqrt(1 - bar) * eps[it]).toFloat()
        }
      progress(trainer.step(inputs(xt, t::get).floats("target", eps)).loss()) // line 5
    }
    return trainer.averagedWeights()
  }
}

/** Algorithm 2, as the sequence of x_T, …, x_0; a step is computed when its state is read. */
fun states(weights: TensorSource, count: Int, seed: Long) = sequence {
  val noise = PhiloxNoise(seed, 0)
  var x = noise.gaussian("z", PhiloxNoise.INITIAL, 2 * count) // line 1
  yield(x)
  CompiledNetwork(::network, weights, compute).use {
    for (t in 999 downTo 0) { // line 2
      val z = noise.gaussian("z", t, x.size) // line 3
      val eps = it.run(inputs(x) { t })[0]
      val beta = schedule.beta(t)
      val bar = schedule.alphaBar(t)
      val variance = beta * (1 - schedule.alphaBar(t - 1)) / (1 - bar) // eq. 7
      x =
        FloatArray(x.size) { k -> // line 4
          val mean = (x[k] - beta / sqrt(1 - bar) * eps[k]) / sqrt(1 - beta)
          (mean + sqrt(variance) * z[k]).toFloat()
        }
      yield(x)
    }
  }
}
// end snippet
