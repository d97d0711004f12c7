package io.diffusion4j.ollama;

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
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.request.Resizer;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;

/**
 * The response of a drawing request: a line for each progress event and one with the image, or only
 * the latter.
 *
 * <p>Backpressure of the client reaches the service, which drops progress for a slow client. The
 * state belongs to the callbacks of the call, which run one at a time.
 */
final class OllamaDrawing
    implements ClientResponseObserver<GenerateImagesRequest, StreamGenerateImagesResponse> {
  /** The media type of lines, each of which is JSON. */
  private static final MediaType LINES = MediaType.create("application", "x-ndjson");

  /** The largest number of unacknowledged events. */
  private static final int WINDOW = 16;

  private final OllamaRequest asked;
  private final Resizer resizer;
  private final PictureWorkers workers;
  private final ServiceRequestContext context;
  private final long begun = System.nanoTime();
  private final HttpResponseWriter lines = HttpResponse.streaming();
  private final CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
  private final ByteArrayOutputStream file = new ByteArrayOutputStream();
  private String refusal = "";
  private Runnable next = () -> {};

  private OllamaDrawing(
      OllamaRequest asked, Resizer resizer, PictureWorkers workers, ServiceRequestContext context) {
    this.asked = asked;
    this.resizer = resizer;
    this.workers = workers;
    this.context = context;
  }

  /** Calls the service; a client that disconnects cancels the call. */
  static CompletableFuture<HttpResponse> of(
      OllamaRequest asked,
      Resizer resizer,
      PictureWorkers workers,
      Channel service,
      ServiceRequestContext context) {
    var drawing = new OllamaDrawing(asked, resizer, workers, context);
    GenerationServiceGrpc.newStub(service).streamGenerateImages(asked.request(), drawing);
    return drawing.answer;
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
      case ACCEPTED -> begin();
      case PROGRESS ->
          send(
              line(asked.model())
                  .put("completed", event.getProgress().getImageStepsDone())
                  .put("total", event.getProgress().getImageSteps())
                  .put("done", false));
      case IMAGE_CHUNK -> file.writeBytes(event.getImageChunk().getData().toByteArray());
      case IMAGE_DONE -> refusal = event.getImageDone().getMetadata().getRefusal().getMessage();
      case STARTED, PREVIEW, FINISHED, EVENT_NOT_SET -> {} // for which this API has no line
    }
    if (asked.stream()) {
      var unused = lines.whenConsumed().thenRun(next); // immediately if nothing was written
    } else {
      next.run();
    }
  }

  private void begin() {
    if (asked.stream()) {
      lines.write(ResponseHeaders.builder(HttpStatus.OK).contentType(LINES).build());
      answer.complete(lines);
    }
  }

  @Override
  public void onError(Throwable failure) {
    var error = OllamaException.of(failure);
    end(error.toResponse(), error.body());
  }

  @Override
  public void onCompleted() {
    if (!refusal.isEmpty()) {
      var error = OllamaException.refused(refusal);
      end(error.toResponse(), error.body());
      return;
    }
    var unused =
        workers
            .respond(this::last)
            .whenComplete(
                (last, fault) -> {
                  if (fault == null) {
                    end(JsonApi.json(HttpStatus.OK, last), last);
                  } else {
                    onError(Exceptions.peel(fault));
                  }
                });
  }

  private ObjectNode last() {
    byte[] png = resizer.fit(file.toByteArray(), asked.size());
    return done(asked.model(), "stop")
        .put("image", Base64.getEncoder().encodeToString(png))
        .put("total_duration", System.nanoTime() - begun)
        .put("load_duration", 0);
  }

  /** Ends the response: with this line if it has begun. */
  private void end(HttpResponse whole, ObjectNode line) {
    if (!answer.complete(whole)) {
      send(line);
      lines.close();
    }
  }

  private void send(ObjectNode line) {
    if (asked.stream()) {
      // Writing fails if the client has disconnected, and the call is cancelled.
      var unused = lines.tryWrite(HttpData.ofUtf8(line + "\n"));
    }
  }

  /** Returns the last line of a request without an image. */
  static ObjectNode done(String model, String reason) {
    return line(model).put("done", true).put("done_reason", reason);
  }

  private static ObjectNode line(String model) {
    return JsonApi.object()
        .put("model", model)
        .put("created_at", Instant.now().toString())
        .put("response", ""); // the text of language models
  }
}
