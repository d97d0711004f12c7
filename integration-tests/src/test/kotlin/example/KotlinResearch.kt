package example

import com.google.inject.AbstractModule
import com.google.inject.multibindings.MapBinder
import io.diffusion4j.decoder.backbone.BackboneLayers
import io.diffusion4j.diffusion.sampling.Sampler
import io.diffusion4j.diffusion.sampling.SamplingPlan
import io.diffusion4j.diffusion.sampling.Update
import io.diffusion4j.nn.Function
import io.diffusion4j.nn.Tensor
import io.diffusion4j.nn.train.diffusion.DenoisingLoss
import io.diffusion4j.nn.train.diffusion.DenoisingMetric
import kotlin.math.sqrt

class KotlinLoss : AbstractModule() {
  override fun configure() {
    val huber = DenoisingLoss { nn, prediction, target ->
      val square = nn.map(Function.SQUARE, nn.subtract(prediction, target))
      val c = nn.constant(0.03)
      val sum = nn.add(square, nn.multiply(c, c))
      nn.subtract(nn.multiply(sum, nn.map(Function.INVERSE_ROOT, sum)), c)
    }
    MapBinder.newMapBinder(binder(), String::class.java, DenoisingLoss::class.java)
        .addBinding("huber").toInstance(huber)
  }
}

class KotlinMetric : AbstractModule() {
  override fun configure() {
    val size = DenoisingMetric { nn, prediction, _ -> nn.map(Function.ABS, prediction) }
    MapBinder.newMapBinder(binder(), String::class.java, DenoisingMetric::class.java)
        .addBinding("mean_size").toInstance(size)
  }
}

class KotlinBackbone : AbstractModule() {
  private val width = 32L

  override fun configure() {
    val layers = BackboneLayers { nn, of, x, sinusoid, timeAdd, _ ->
      val time = nn.add(nn.at("time").linear(sinusoid, of.timeEmbedDim().toLong()), timeAdd)
      var h = nn.at("in").conv2d(x, width, 3)
      for (i in 0 until 4) {
        val block = nn.at("blocks", i)
        val shift = block.at("time").linear(nn.silu(time), width)
        val sum = nn.add(h, nn.reshape(shift, Tensor.BATCH, 1, 1, width))
        val out = block.at("conv").conv2d(block.at("norm").groupNormSilu(sum, 8, 1e-5), width, 3)
        h = nn.add(h, out)
      }
      nn.output(nn.at("out").conv2d(nn.silu(h), of.outChannels().toLong(), 3))
    }
    MapBinder.newMapBinder(binder(), String::class.java, BackboneLayers::class.java)
        .addBinding("conv").toInstance(layers)
  }
}

class KotlinSampler : AbstractModule() {
  override fun configure() {
    val ddim = Sampler { schedule, timesteps ->
      val plan = SamplingPlan.Builder()
      for (i in 0 until timesteps.size()) {
        val next = schedule.alphaBar(timesteps.get(i + 1))
        val step = Update.ZERO.plusX0(sqrt(next)).plusEps(sqrt(1 - next))
        plan.add(timesteps.get(i).toDouble(), schedule.alphaBar(timesteps.get(i)), step)
      }
      plan.build()
    }
    MapBinder.newMapBinder(binder(), String::class.java, Sampler::class.java)
        .addBinding("plain").toInstance(ddim)
  }
}
