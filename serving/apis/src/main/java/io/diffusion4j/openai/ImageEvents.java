package io.diffusion4j.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.grpc.PictureWorkers;
import io.diffusion4j.serving.http.ImageChunks;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.request.Resizer;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ImageFailure;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.Channel;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The response as server-sent events: unfinished images, and each image as soon as it is drawn.
 *
 * <p>Backpressure of the client reaches the service, which drops previews for a slow client. A
 * request that fails before it is accepted gets an HTTP status, one that fails later an event
 * {@code error}.
 *
 * <p>The state belongs to the callbacks of the call, which run one at a time.
 */
final class ImageEvents
    implements ClientResponseObserver<GenerateImagesRequest, StreamGenerateImagesResponse> {
  /** The largest number of unacknowledged events. */
  private static final int WINDOW = 16;

  private final ImagesRequest asked;
  private final String name;
  private final Resizer resizer;
  private final PictureWorkers workers;
  private final ServiceRequestContext context;
  private final HttpResponseWriter events = HttpResponse.streaming();
  private final CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
  private final Map<Integer, Integer> partialImages = new HashMap<>();
  private final ImageChunks images = new ImageChunks();
  private final RefusedImages refused = new RefusedImages();
  private final List<ImageFailure> failures = new ArrayList<>();
  private boolean completed;

  /** The end of the last image, which is encoded after the one before. */
  private CompletableFuture<?> sent = CompletableFuture.completedFuture("");

  private Runnable next = () -> {};

  ImageEvents(
      ImagesRequest asked,
      String name,
      Resizer resizer,
      PictureWorkers workers,
      ServiceRequestContext context) {
    this.asked = asked;
    this.resizer = resizer;
    this.workers = workers;
    this.name = name;
    this.context = context;
  }

  /** Calls the service; a client that disconnects cancels the call. */
  CompletableFuture<HttpResponse> begin(Channel service) {
    GenerationServiceGrpc.newStub(service).streamGenerateImages(asked.request(), this);
    return answer;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<GenerateImagesRequest> call) {
    call.disableAutoRequestWithInitial(WINDOW);
    JsonApi.cancelWith(context, call);
    next = () -> call.request(1);
  }

  @Override
  public void onNext(StreamGenerateImagesResponse event) {
    switch (event.getEventCase()) {
      case ACCEPTED -> begin(event.getAccepted().getRequestId());
      case PREVIEW -> preview(event.getPreview());
      case IMAGE_CHUNK -> images.add(event.getImageChunk());
      case IMAGE_DONE -> {
        if (refused.isReleased(event.getImageDone().getMetadata())) {
          complete(event.getImageDone().getMetadata().getIndex());
        }
      }
      case FINISHED -> failures.addAll(event.getFinished().getFailuresList());
      case STARTED, PROGRESS, EVENT_NOT_SET -> {} // for which this API has no event
    }
    var unused = sent.whenComplete((done, fault) -> requestNext());
  }

  /** Requests an event once the client has read those before: now if nothing was written. */
  private void requestNext() {
    var unused = events.whenConsumed().thenRun(next);
  }

  private void begin(String requestId) {
    events.write(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.EVENT_STREAM)
            .set(ImageList.REQUEST_ID, requestId)
            .build());
    answer.complete(events);
  }

  private void preview(Preview preview) {
    int image = preview.getImageIndex();
    int index = partialImages.getOrDefault(image, 0);
    if (index < asked.partialImages()) {
      partialImages.put(image, index + 1);
      byte[] png = preview.getData().toByteArray();
      send(name + ".partial_image", () -> image(image, png).put("partial_image_index", index));
    }
  }

  private void complete(int image) {
    completed = true;
    byte[] png = images.take(image);
    send(name + ".completed", () -> image(image, png));
  }

  private void send(String event, Supplier<ObjectNode> data) {
    sent = sent.thenCompose(done -> workers.respond(data)).thenAccept(json -> send(event, json));
  }

  private ObjectNode image(int index, byte[] png) {
    ObjectNode json =
        JsonApi.object()
            .put("b64_json", Base64.getEncoder().encodeToString(asked.file(png, resizer)))
            .put("created_at", Instant.now().getEpochSecond());
    return asked.files().describe(json, asked.size()).put("image_index", index);
  }

  @Override
  public void onError(Throwable failure) {
    if (!answer.completeExceptionally(failure)) {
      end(Optional.of(OpenAiException.of(failure)));
    }
  }

  @Override
  public void onCompleted() {
    if (!failures.isEmpty()) {
      var first = StatusProto.toStatusRuntimeException(failures.get(0).getError());
      end(Optional.of(OpenAiException.of(first)));
    } else {
      end(completed || refused.isEmpty() ? Optional.empty() : Optional.of(refused.toException()));
    }
  }

  /** Ends the response after its images: with an error, or with that of an image. */
  private void end(Optional<OpenAiException> error) {
    var unused =
        sent.whenComplete(
            (done, fault) -> {
              Optional.ofNullable(fault)
                  .map(Exceptions::peel)
                  .map(OpenAiException::of)
                  .or(() -> error)
                  .ifPresent(known -> send("error", known.body()));
              events.close();
            });
  }

  private void send(String event, ObjectNode data) {
    data.put("type", event);
    // Writing fails if the client has disconnected, and the call is cancelled.
    var unused = events.tryWrite(HttpData.ofUtf8("event: " + event + "\ndata: " + data + "\n\n"));
  }
}
