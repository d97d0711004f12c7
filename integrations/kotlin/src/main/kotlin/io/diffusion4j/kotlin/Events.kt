package io.diffusion4j.kotlin

import io.diffusion4j.serving.v1.GenerateImagesRequest
import io.diffusion4j.serving.v1.GenerationServiceGrpc.GenerationServiceStub
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse
import io.grpc.stub.ClientCallStreamObserver
import io.grpc.stub.ClientResponseObserver
import java.util.concurrent.atomic.AtomicReference
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.channels.trySendBlocking
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow

/**
 * The events of a request as they arrive. Ending the collection cancels the request at the server.
 * A slow collector gets fewer previews.
 */
public fun GenerationServiceStub.events(
  request: GenerateImagesRequest
): Flow<StreamGenerateImagesResponse> = callbackFlow {
  val call = AtomicReference<ClientCallStreamObserver<GenerateImagesRequest>>()
  val observer =
    object : ClientResponseObserver<GenerateImagesRequest, StreamGenerateImagesResponse> {
      override fun beforeStart(requestStream: ClientCallStreamObserver<GenerateImagesRequest>) {
        call.set(requestStream)
      }

      override fun onNext(event: StreamGenerateImagesResponse) {
        trySendBlocking(event)
      }

      override fun onError(error: Throwable) {
        close(error)
      }

      override fun onCompleted() {
        close()
      }
    }
  streamGenerateImages(request, observer)
  awaitClose { call.get().cancel("nobody collects any more", null) }
}
