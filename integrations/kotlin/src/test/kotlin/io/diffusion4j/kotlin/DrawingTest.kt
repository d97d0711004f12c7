package io.diffusion4j.kotlin

import io.diffusion4j.client.GenerationException
import io.diffusion4j.serving.ToyService
import io.grpc.Status
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** Requests in coroutines: answered, refused, cancelled. */
class DrawingTest {
  private fun request(prompt: String, steps: Int = 3) =
    textToImage(prompt) {
      seeds(7)
      stage("decoder", steps = steps)
    }

  @Test
  fun `coroutines share a client`(): Unit = runBlocking {
    ToyService.inProcess().use { toy ->
      val (apple, frog) =
        listOf("a red apple", "a green frog")
          .map { async { toy.client().draw(request(it)) } }
          .awaitAll()
      assertThat(apple.images).hasSize(1)
      assertThat(frog.images.single().png).isNotEqualTo(apple.images.single().png)
    }
  }

  @Test
  fun `a flow has the steps and then what was drawn`(): Unit = runBlocking {
    ToyService.inProcess().use { toy ->
      val events = toy.client().drawing(request("a red apple")).toList()
      val drawn = events.last() as DrawingEvent.Drawn
      assertThat(events.dropLast(1)).isNotEmpty().allMatch { it is DrawingEvent.Step }
      val same = toy.client().draw(request("a red apple"))
      assertThat(drawn.generation.images.single().png).isEqualTo(same.images.single().png)
    }
  }

  @Test
  fun `a refusal is an exception of the client`(): Unit = runBlocking {
    ToyService.inProcess().use { toy ->
      val refusal = assertThrows<GenerationException> { toy.client().draw(request(" ")) }
      assertThat(refusal.code()).isEqualTo(Status.Code.INVALID_ARGUMENT)
      assertThrows<GenerationException> { toy.client().drawing(request(" ")).toList() }
    }
  }

  @Test
  fun `a cancelled coroutine cancels its request and sees its cancellation only`(): Unit =
    runBlocking {
      val entered = CountDownLatch(1)
      val goOn = CountDownLatch(1)
      val network = { _: Any ->
        entered.countDown()
        check(goOn.await(1, TimeUnit.MINUTES))
      }
      ToyService.onPort(network).use { toy ->
        val seen = CompletableDeferred<Throwable>()
        val job =
          launch(Dispatchers.Default) {
            try {
              toy.client().draw(request("a red apple"))
            } catch (e: Throwable) {
              seen.complete(e)
              throw e
            }
          }
        assertThat(entered.await(1, TimeUnit.MINUTES)).isTrue()
        job.cancelAndJoin()
        assertThat(seen.await()).isInstanceOf(CancellationException::class.java)
        goOn.countDown()
        toy.awaitIdle()
        assertThat(toy.client().draw(request("a green frog")).images).hasSize(1)
      }
    }

  @Test
  fun `who stops collecting cancels the request`(): Unit = runBlocking {
    ToyService.inProcess().use { toy ->
      val long = request("a red apple", steps = 1000)
      val step = toy.client().drawing(long).filterIsInstance<DrawingEvent.Step>().first()
      assertThat(step.progress.imageSteps).isGreaterThanOrEqualTo(1000)
      toy.awaitIdle()
      assertThat(toy.client().draw(request("a green frog")).images).hasSize(1)
    }
  }
}
