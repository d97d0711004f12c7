package io.diffusion4j.it

import io.diffusion4j.diffusion.component.ImageDecoder
import io.diffusion4j.diffusion.pipeline.ImagePipeline
import com.google.inject.AbstractModule
import com.google.inject.Guice
import com.google.inject.multibindings.Multibinder
import io.diffusion4j.diffusion.solver.DdimSampler
import io.diffusion4j.provenance.Provenance
import io.diffusion4j.provenance.Recipe
import io.diffusion4j.provenance.SourceType
import io.diffusion4j.serving.DiffusionServer
import io.diffusion4j.client.Recipes
import io.diffusion4j.serving.config.ServerConfig
import io.diffusion4j.serving.ServingModule
import io.diffusion4j.client.GenerationClient
import io.diffusion4j.client.GenerationException
import io.diffusion4j.serving.v1.GenerateImagesRequest
import io.diffusion4j.serving.v1.GenerationServiceGrpc
import io.diffusion4j.serving.v1.PromptSpec
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse.EventCase
import io.diffusion4j.serving.v1.TextToImageTask
import io.grpc.ManagedChannelBuilder
import java.util.Optional
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

/** A server and its clients, from Kotlin. */
@ExtendWith(TinyPipeline.Resolver::class)
class ServiceTest(private val tiny: TinyPipeline) {
  private fun server(): DiffusionServer {
    val engine = tiny.served(2)
    val engines =
      object : AbstractModule() {
        override fun configure() {
          Multibinder.newSetBinder(binder(), ImagePipeline::class.java)
            .addBinding()
            .toInstance(engine)
        }
      }
    return Guice.createInjector(ServingModule(ServerConfig.loopback().withPort(0)), engines)
      .getInstance(DiffusionServer::class.java)
  }

  private fun request(prompt: String) =
    GenerateImagesRequest.newBuilder()
      .setTextToImage(
        TextToImageTask.newBuilder().setPrompt(PromptSpec.newBuilder().setText(prompt))
      )
      .addSeeds(7)
      .build()

  @Test
  fun `a prompt becomes the pipeline's picture over the wire`() {
    server().start().use { server ->
      GenerationClient.connect("127.0.0.1:${server.port()}").use { client ->
        assertThat(client.models().single().name).isEqualTo("tiny")
        val stages = linkedSetOf<String>()
        val generation = client.generate(request("a red apple")) { stages += it.stage }
        assertThat(stages).contains(ImageDecoder.STAGE)
        val (picture) = generation.images
        val drawn = tiny.draw("a red apple", 1, 7, DdimSampler(0.0))
        val recipe = Recipe(Recipes.KEYWORD, picture.recipe())
        assertThat(picture.png)
          .isEqualTo(
            Provenance.DECLARED.encode(
              drawn.single(),
              Optional.of(recipe),
              SourceType.TRAINED_ALGORITHMIC_MEDIA,
            )
          )
      }
    }
  }

  @Test
  fun `the stream is a sequence of events`() {
    server().start().use { server ->
      val channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build()
      try {
        val events =
          GenerationServiceGrpc.newBlockingStub(channel)
            .streamGenerateImages(request("a green frog"))
            .asSequence()
            .map { it.eventCase }
            .toList()
        assertThat(events).startsWith(EventCase.ACCEPTED).endsWith(EventCase.FINISHED)
        assertThat(events).contains(EventCase.STARTED, EventCase.IMAGE_CHUNK, EventCase.IMAGE_DONE)
      } finally {
        channel.shutdownNow()
      }
    }
  }

  @Test
  fun `a refusal is an exception with a message for people`() {
    server().startInProcess("refusing").use {
      GenerationClient.inProcess("refusing").use { client ->
        assertThatThrownBy { client.generate(request(""), GenerationClient.ProgressListener.NONE) }
          .isInstanceOf(GenerationException::class.java)
          .hasMessageContaining("text_to_image.prompt.text")
      }
    }
  }
}
