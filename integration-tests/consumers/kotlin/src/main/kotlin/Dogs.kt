import io.diffusion4j.client.GenerationClient
import io.diffusion4j.kotlin.DrawingEvent
import io.diffusion4j.kotlin.draw
import io.diffusion4j.kotlin.drawing
import io.diffusion4j.kotlin.textToImage
import io.diffusion4j.local.LocalGeneration
import io.diffusion4j.serving.v1.GenerationServiceGrpcKt.GenerationServiceCoroutineStub
import io.grpc.Channel
import java.io.File
import kotlinx.coroutines.flow.count
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.runBlocking

// snippet: draw
suspend fun drawTwo(client: GenerationClient) {
  val request = textToImage("a dog", negative = "text") {
    images = 2
    seeds(7)
    stage("decoder", steps = 20)
  }
  client.draw(request).images.forEachIndexed { i, dog -> File("dog-$i.png").writeBytes(dog.png) }
}
// end snippet

// snippet: events
suspend fun watch(client: GenerationClient) {
  client.drawing(textToImage("a dog") { previewEverySteps = 5 }).collect { event ->
    when (event) {
      is DrawingEvent.Step -> println("${event.progress.stage} ${event.progress.step}")
      is DrawingEvent.Early -> File("early.png").writeBytes(event.preview.data.toByteArray())
      is DrawingEvent.Drawn -> println(event.generation.images.single().recipe())
    }
  }
}
// end snippet

// snippet: stubs
suspend fun count(channel: Channel): Int {
  val stub = GenerationServiceCoroutineStub(channel)
  val events = stub.streamGenerateImages(textToImage("a dog") { seeds(7) })
  return events.filter { it.hasProgress() }.count()
}
// end snippet

fun main() = runBlocking {
  LocalGeneration.emoji().use { local ->
    drawTwo(local.client())
    watch(local.client())
    check(count(local.channel()) > 0)
  }
}
