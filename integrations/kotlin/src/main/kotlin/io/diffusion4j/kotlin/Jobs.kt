package io.diffusion4j.kotlin

import io.diffusion4j.client.GenerationException
import io.diffusion4j.client.JobClient
import io.diffusion4j.serving.v1.CreateGenerationJobRequest
import io.diffusion4j.serving.v1.GenerateImagesRequest
import io.diffusion4j.serving.v1.GenerationJob
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.distinctUntilChangedBy
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.last

/**
 * Creates a job. It is on the server's disk when this returns, and continues if the coroutine is cancelled.
 *
 * @param request the request with a `request_id`, a repeat returns the same job
 * @param webhookUrl is called when the job has ended; empty for no call
 * @throws GenerationException if the server refuses the request, fails or cannot be reached
 */
public suspend fun JobClient.submit(
  request: GenerateImagesRequest,
  webhookUrl: String = "",
): GenerationJob {
  val asked = CreateGenerationJobRequest.newBuilder().setRequest(request).setWebhookUrl(webhookUrl)
  return cancellable { create(asked.build()) }
}

/**
 * The states of a job until it has ended, without repetitions; the last one has the images.
 *
 * The flow fails with [GenerationException] if there is no such job, or the server fails or cannot
 * be reached.
 *
 * @param pause the time between two requests
 */
public fun JobClient.states(id: String, pause: Duration = 1.seconds): Flow<GenerationJob> =
  flow {
      var job = cancellable { get(id) }
      emit(job)
      while (!JobClient.hasEnded(job)) {
        delay(pause)
        job = cancellable { get(id) }
        emit(job)
      }
    }
    .distinctUntilChangedBy { it.state }

/**
 * Waits until a job has ended and returns it, with its images if it has succeeded.
 *
 * @param pause the time between two requests
 * @throws GenerationException if there is no such job, or the server fails or cannot be reached
 */
public suspend fun JobClient.ended(id: String, pause: Duration = 1.seconds): GenerationJob =
  states(id, pause).last()
