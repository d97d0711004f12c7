package io.diffusion4j.it

import io.diffusion4j.pipeline.OpenOptions
import io.diffusion4j.local.LocalGeneration
import io.diffusion4j.local.LocalModels
import io.diffusion4j.local.ServedModel
import io.diffusion4j.serving.config.ServerConfig
import io.diffusion4j.client.Requests
import io.diffusion4j.kotlin.events
import io.diffusion4j.serving.v1.GenerationServiceGrpc
import io.diffusion4j.serving.v1.StageOptions
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse.EventCase
import io.diffusion4j.pipeline.Residency
import io.grpc.Status
import io.grpc.StatusRuntimeException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.runInterruptible
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

/** A model in the process of a Kotlin application, asked by coroutines. */
@ExtendWith(TinyPipeline.Resolver::class)
class FlowTest(private val tiny: TinyPipeline) {
  private fun steps(steps: Int): StageOptions = StageOptions.newBuilder().setSteps(steps).build()

  private fun request(prompt: String, decoderSteps: Int = 2) =
    Requests.textToImage(prompt)
      .addSeeds(7)
      .putStages("prior", steps(2))
      .putStages("decoder", steps(decoderSteps))
      .putStages("super_res", steps(2))
      .build()

  @Test
  fun `a request is a flow of events`(): Unit = runBlocking {
    LocalGeneration.open(tiny.folder()).use { local ->
      val stub = GenerationServiceGrpc.newStub(local.channel())
      val events = stub.events(request("a red apple")).map { it.eventCase }.toList()
      assertThat(events).startsWith(EventCase.ACCEPTED).endsWith(EventCase.FINISHED)
      assertThat(events).contains(EventCase.PROGRESS, EventCase.IMAGE_CHUNK, EventCase.IMAGE_DONE)
    }
  }

  @Test
  fun `who stops collecting cancels the request`(): Unit = runBlocking {
    val model = ServedModel.of(tiny.folder(), TinyPipeline.PRECISION)
    val models = LocalModels.load(listOf(model), OpenOptions.with(Residency.ALWAYS))
    LocalGeneration.of(models, ServerConfig.loopback().withRows(2)).use { local ->
      val stub = GenerationServiceGrpc.newStub(local.channel())
      val long = request("a green frog", decoderSteps = 1000)
      val event = stub.events(long).filter { it.hasProgress() }.first()
      assertThat(event.progress.imageSteps).isGreaterThan(1000)
      // Two rows would both be taken for minutes by two that continued.
      stub.events(long).filter { it.hasProgress() }.first()
      assertThat(local.client().generate(request("a red apple")).images()).hasSize(1)
    }
  }

  @Test
  fun `a refusal ends the flow`(): Unit = runBlocking {
    LocalGeneration.open(tiny.folder()).use { local ->
      var status: Status? = null
      GenerationServiceGrpc.newStub(local.channel())
        .events(request(" "))
        .catch { status = (it as StatusRuntimeException).status }
        .collect()
      assertThat(status?.code).isEqualTo(Status.Code.INVALID_ARGUMENT)
    }
  }

  @Test
  fun `coroutines share a client`(): Unit = runBlocking {
    LocalGeneration.open(tiny.folder()).use { local ->
      val prompts = listOf("a red apple", "a green frog")
      val generations =
        prompts
          .map { prompt ->
            async { runInterruptible(Dispatchers.IO) { local.client().generate(request(prompt)) } }
          }
          .awaitAll()
      val again = local.client().generate(request(prompts[1]))
      assertThat(generations[1].images.single().png).isEqualTo(again.images.single().png)
      assertThat(generations[0].images.single().png).isNotEqualTo(again.images.single().png)
    }
  }
}
