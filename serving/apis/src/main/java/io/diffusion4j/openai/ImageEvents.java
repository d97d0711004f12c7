package io.diffusion4j.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.http.ImageChunks;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.request.Resizer;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

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
  private final ServiceRequestContext context;
  private final HttpResponseWriter events = HttpResponse.streaming();
  private final CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
  private final Map<Integer, Integer> partialImages = new HashMap<>();
  private final ImageChunks images = new ImageChunks();
  private final RefusedImages refused = new RefusedImages();
  private boolean completed;
  private Runnable next = () -> {};

  private ImageEvents(
      ImagesRequest asked, String name, Resizer resizer, ServiceRequestContext context) {
    this.asked = asked;
    this.resizer = resizer;
    this.name = name;
    this.context = context;
  }

  /** Calls the service; a client that disconnects cancels the call. */
  static HttpResponse of(
      ImagesRequest asked,
      String name,
      Resizer resizer,
      Channel service,
      ServiceRequestContext context) {
    var events = new ImageEvents(asked, name, resizer, context);
    GenerationServiceGrpc.newStub(service).streamGenerateImages(asked.request(), events);
    return HttpResponse.of(events.answer);
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
      case STARTED, PROGRESS, FINISHED, EVENT_NOT_SET -> {} // for which this API has no event
    }
    var unused = events.whenConsumed().thenRun(next); // immediately if nothing was written
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
      send(
          name + ".partial_image",
          image(image, preview.getData().toByteArray()).put("partial_image_index", index));
    }
  }

  private void complete(int image) {
    completed = true;
    send(name + ".completed", image(image, images.take(image)));
  }

  private ObjectNode image(int index, byte[] png) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("b64_json", Base64.getEncoder().encodeToString(asked.file(png, resizer)))
            .put("created_at", Instant.now().getEpochSecond());
    return asked.files().describe(json, asked.size()).put("image_index", index);
  }

  @Override
  public void onError(Throwable failure) {
    var error = OpenAiException.of(failure);
    if (!answer.complete(error.toResponse())) {
      send(error);
      events.close();
    }
  }

  @Override
  public void onCompleted() {
    if (!completed && !refused.isEmpty()) {
      send(refused.toException());
    }
    events.close();
  }

  private void send(OpenAiException error) {
    send("error", error.body());
  }

  private void send(String event, ObjectNode data) {
    data.put("type", event);
    // Writing fails if the client has disconnected, and the call is cancelled.
    var unused = events.tryWrite(HttpData.ofUtf8("event: " + event + "\ndata: " + data + "\n\n"));
  }
}
