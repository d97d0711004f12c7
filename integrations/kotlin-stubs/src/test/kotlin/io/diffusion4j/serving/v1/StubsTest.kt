package io.diffusion4j.serving.v1

import io.diffusion4j.client.Requests
import io.diffusion4j.serving.ToyService
import io.grpc.Grpc
import io.grpc.InsecureChannelCredentials
import io.grpc.ManagedChannel
import io.grpc.Status
import io.grpc.StatusException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.function.Consumer
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** The generated stubs against a server on a port: unary and streaming calls, and their ends. */
class StubsTest {
  private fun request(steps: Int = 3): GenerateImagesRequest =
    Requests.textToImage("a red apple")
      .addSeeds(7)
      .putAllStages(ToyService.decoderSteps(steps))
      .build()

  private fun <T> calling(toy: ToyService, call: suspend (ManagedChannel) -> T): T {
    val channel =
      Grpc.newChannelBuilderForAddress("127.0.0.1", toy.port(), InsecureChannelCredentials.create())
        .maxInboundMessageSize(64 shl 20)
        .build()
    try {
      return runBlocking { call(channel) }
    } finally {
      channel.shutdownNow()
    }
  }

  @Test
  fun `a unary call suspends until the picture is there`() {
    ToyService.onPort({}).use { toy ->
      calling(toy) { channel ->
        val stub = GenerationServiceGrpcKt.GenerationServiceCoroutineStub(channel)
        val drawn = stub.generateImages(request()).imagesList.single()
        assertThat(drawn.metadata.seed).isEqualTo(7)
        assertThat(drawn.data.toByteArray())
          .isEqualTo(toy.client().generate(request()).images.single().png)
        val models = ModelServiceGrpcKt.ModelServiceCoroutineStub(channel)
        assertThat(models.listModels(ListModelsRequest.getDefaultInstance()).modelsList.single().name)
          .isEqualTo(ToyService.MODEL)
      }
    }
  }

  @Test
  fun `a stream is a flow of events`() {
    ToyService.onPort({}).use { toy ->
      calling(toy) { channel ->
        val stub = GenerationServiceGrpcKt.GenerationServiceCoroutineStub(channel)
        val events = stub.streamGenerateImages(request()).toList()
        assertThat(events).anyMatch { it.hasProgress() }
        val file = events.filter { it.hasImageChunk() }.map { it.imageChunk.data }
        assertThat(file.fold(byteArrayOf()) { all, part -> all + part.toByteArray() })
          .isEqualTo(toy.client().generate(request()).images.single().png)
      }
    }
  }

  @Test
  fun `a refusal is a status`() {
    ToyService.onPort({}).use { toy ->
      calling(toy) { channel ->
        val stub = GenerationServiceGrpcKt.GenerationServiceCoroutineStub(channel)
        val invalid = request(steps = 100_000)
        val unary = assertThrows<StatusException> { stub.generateImages(invalid) }
        val stream = assertThrows<StatusException> { stub.streamGenerateImages(invalid).toList() }
        assertThat(listOf(unary, stream).map { it.status.code })
          .containsOnly(Status.Code.INVALID_ARGUMENT)
        assertThat(unary).hasMessageContaining("100000 (expected: 1 to 1000)")
      }
    }
  }

  @Test
  fun `a collector that stops cancels its request at the server`() {
    val network = SlowNetwork()
    ToyService.onPort(network).use { toy ->
      calling(toy) { channel ->
        val stub = GenerationServiceGrpcKt.GenerationServiceCoroutineStub(channel)
        stub.streamGenerateImages(request(STEPS)).first { it.hasProgress() }
        toy.awaitIdle()
        assertThat(network.calls.get()).isLessThan(STEPS)
      }
    }
  }

  @Test
  fun `a cancelled coroutine cancels its unary call at the server`() {
    val network = SlowNetwork()
    ToyService.onPort(network).use { toy ->
      calling(toy) { channel ->
        val stub = GenerationServiceGrpcKt.GenerationServiceCoroutineStub(channel)
        val seen = CompletableDeferred<Throwable>()
        runBlocking {
          val call =
            launch(Dispatchers.Default) {
              try {
                stub.generateImages(request(STEPS))
              } catch (e: Throwable) {
                seen.complete(e)
                throw e
              }
            }
          assertThat(network.entered.await(1, TimeUnit.MINUTES)).isTrue()
          call.cancelAndJoin()
        }
        assertThat(seen.await()).isInstanceOf(CancellationException::class.java)
        toy.awaitIdle()
        assertThat(network.calls.get()).isLessThan(STEPS)
      }
    }
  }

  /** Counts its calls, and takes so long that [STEPS] of them last seconds. */
  private class SlowNetwork : Consumer<Any> {
    val calls = AtomicInteger()
    val entered = CountDownLatch(1)

    override fun accept(query: Any) {
      calls.incrementAndGet()
      entered.countDown()
      Thread.sleep(5)
    }
  }

  private companion object {
    const val STEPS = 1000
  }
}
