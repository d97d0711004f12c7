package io.diffusion4j.it.guide

// snippet: all
import io.diffusion4j.client.GenerationClient
import io.diffusion4j.client.Requests
import io.diffusion4j.kotlin.draw
import io.diffusion4j.serving.v1.GenerateImagesRequest
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope

/** Draws two texts, and then what lies between their pictures; PNG files. */
suspend fun between(client: GenerationClient, texts: Pair<String, String>, frames: Int) =
  coroutineScope {
    suspend fun one(request: GenerateImagesRequest.Builder) =
      client.draw(request.addSeeds(7).build()).images.single().png

    val (from, to) = texts.toList().map { async { one(Requests.textToImage(it)) } }.awaitAll()
    (1..frames)
      .map { async { one(Requests.interpolation(from, to, it / (frames + 1.0))) } } // share a batch
      .awaitAll()
  }
// end snippet
