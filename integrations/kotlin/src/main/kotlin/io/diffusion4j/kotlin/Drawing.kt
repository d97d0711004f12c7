package io.diffusion4j.kotlin

import io.diffusion4j.client.Generation
import io.diffusion4j.client.GenerationClient
import io.diffusion4j.client.GenerationClient.ProgressListener
import io.diffusion4j.client.GenerationException
import io.diffusion4j.serving.v1.GenerateImagesRequest
import io.diffusion4j.serving.v1.Preview
import io.diffusion4j.serving.v1.Progress
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.channels.trySendBlocking
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.channelFlow
import kotlinx.coroutines.runInterruptible

/** The events of a request while it is drawn: steps and previews, and finally [Drawn]. */
public sealed interface DrawingEvent {
  /** A step was taken. */
  public data class Step(val progress: Progress) : DrawingEvent

  /** A preview of an image, for requests with previews enabled. */
  public data class Early(val preview: Preview) : DrawingEvent

  /** All is done; the files are whole. */
  public data class Drawn(val generation: Generation) : DrawingEvent
}

/**
 * Draws the request without blocking the coroutine's thread. Cancelling the coroutine cancels the request at the server, and the coroutine ends with its own cancellation.
 *
 * @throws GenerationException if the server refuses the request, fails or cannot be reached
 * @see textToImage
 */
public suspend fun GenerationClient.draw(request: GenerateImagesRequest): Generation =
  cancellable { generate(request) }

/**
 * The events of the request, which each collector sends anew. Ending the collection cancels the
 * request at the server. A slow collector gets fewer previews.
 *
 * The flow fails with [GenerationException] if the server refuses the request, fails or cannot be
 * reached.
 */
public fun GenerationClient.drawing(request: GenerateImagesRequest): Flow<DrawingEvent> =
  channelFlow {
      val listener =
        object : ProgressListener {
          override fun onProgress(progress: Progress) {
            trySendBlocking(DrawingEvent.Step(progress))
          }

          override fun onPreview(preview: Preview) {
            trySendBlocking(DrawingEvent.Early(preview))
          }
        }
      send(DrawingEvent.Drawn(cancellable { generate(request, listener) }))
    }
    .buffer(0)

/** A cancelled call fails with an exception of the client, a cancelled coroutine with its own. */
internal suspend fun <T> cancellable(call: () -> T): T =
  try {
    runInterruptible(Dispatchers.IO, call)
  } catch (e: GenerationException) {
    currentCoroutineContext().ensureActive()
    throw e
  }
