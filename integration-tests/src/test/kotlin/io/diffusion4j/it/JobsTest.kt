package io.diffusion4j.it

import io.diffusion4j.client.GenerationClient
import io.diffusion4j.client.GenerationException
import io.diffusion4j.jobs.JobStore
import io.diffusion4j.jobs.JobsModule
import io.diffusion4j.jobs.Webhooks
import io.diffusion4j.kotlin.ended
import io.diffusion4j.kotlin.states
import io.diffusion4j.kotlin.submit
import io.diffusion4j.kotlin.textToImage
import io.diffusion4j.local.LocalGeneration
import io.diffusion4j.local.LocalModels
import io.diffusion4j.local.ServedModel
import io.diffusion4j.pipeline.OpenOptions
import io.diffusion4j.pipeline.Residency
import io.diffusion4j.serving.config.ServerConfig
import io.diffusion4j.serving.v1.GenerateImagesRequest
import io.diffusion4j.serving.v1.JobState
import java.nio.file.Path
import java.time.Duration
import java.util.UUID
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith
import org.junit.jupiter.api.io.TempDir

// snippet: later
suspend fun drawLater(client: GenerationClient, request: GenerateImagesRequest): List<ByteArray> {
  val job = client.jobs().submit(request)
  return client.jobs().ended(job.id).response.imagesList.map { it.data.toByteArray() }
}
// end snippet

/** Jobs in the process of a Kotlin application. */
@ExtendWith(TinyPipeline.Resolver::class)
class JobsTest(private val tiny: TinyPipeline) {
  @Test
  fun `a job is a flow of states, the last of which has the images`(@TempDir folder: Path): Unit =
    runBlocking {
      val model = ServedModel.of(tiny.folder(), TinyPipeline.PRECISION)
      val models = LocalModels.load(listOf(model), OpenOptions.with(Residency.ALWAYS))
      JobStore.open(folder.resolve("jobs.db"), Duration.ofDays(1)).use { store ->
        val config = ServerConfig.loopback()
        LocalGeneration.of(models, config, JobsModule(store, Webhooks.none())).use { local ->
          val jobs = local.client().jobs()
          val request =
            textToImage("a red apple") {
              seeds(7)
              stage("prior", steps = 2)
              stage("decoder", steps = 2)
              stage("super_res", steps = 2)
            }
          val job = jobs.submit(request.toBuilder().setRequestId("${UUID.randomUUID()}").build())
          val states = jobs.states(job.id, 20.milliseconds).toList()
          assertThat(states.map { it.state }).doesNotHaveDuplicates()
          assertThat(states.last().state).isEqualTo(JobState.JOB_STATE_SUCCEEDED)
          val drawn = local.client().generate(request).images().single().png()
          assertThat(states.last().response.imagesList.single().data.toByteArray()).isEqualTo(drawn)
          assertThat(drawLater(local.client(), request)).containsExactly(drawn)
          assertThatThrownBy { runBlocking { jobs.ended("${UUID.randomUUID()}") } }
            .isInstanceOf(GenerationException::class.java)
        }
      }
    }
}
