package io.diffusion4j.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.openai.ImagesRequest.Format;
import io.diffusion4j.serving.grpc.PictureWorkers;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.request.Resizer;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;

/** The response with all images in one body, sent when the last is drawn. */
final class ImageList
    implements ClientResponseObserver<GenerateImagesRequest, GenerateImagesResponse> {
  /** The header with the id of a request. */
  static final String REQUEST_ID = "x-request-id";

  /** The header with the number of images that filters refused; {@code data} has the others. */
  static final String REFUSED = "x-refused-images";

  /** The header with the number of images that failed; the field {@value #FAILURES} has why. */
  static final String FAILED = "x-failed-images";

  private static final String FAILURES = "failures";

  private final ImagesRequest asked;
  private final Resizer resizer;
  private final PictureWorkers workers;
  private final ServiceRequestContext context;
  private final CompletableFuture<HttpResponse> answer = new CompletableFuture<>();

  ImageList(
      ImagesRequest asked, Resizer resizer, PictureWorkers workers, ServiceRequestContext context) {
    this.asked = asked;
    this.resizer = resizer;
    this.workers = workers;
    this.context = context;
  }

  /** Calls the service; a client that disconnects cancels the call. */
  CompletableFuture<HttpResponse> begin(Channel service) {
    GenerationServiceGrpc.newStub(service).generateImages(asked.request(), this);
    return answer;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<GenerateImagesRequest> call) {
    JsonApi.cancelWith(context, call);
  }

  @Override
  public void onNext(GenerateImagesResponse response) {
    workers.respond(() -> answer(response), answer);
  }

  private HttpResponse answer(GenerateImagesResponse response) {
    ArrayNode data = JsonNodeFactory.instance.arrayNode();
    var refused = new RefusedImages();
    for (GeneratedImage image : response.getImagesList()) {
      if (refused.isReleased(image.getMetadata())) {
        data.add(toJson(image));
      }
    }
    if (data.isEmpty() && !refused.isEmpty()) {
      return refused.toException().toResponse();
    }
    ObjectNode body = JsonApi.object().put("created", Instant.now().getEpochSecond());
    body.set("data", data);
    if (asked.files().current()) {
      asked.files().describe(body, asked.size());
    }
    if (response.getFailuresCount() > 0) { // of which OpenAI's API knows nothing
      ArrayNode failures = body.putArray(FAILURES);
      response.getFailuresList().forEach(each -> failures.add(each.getError().getMessage()));
    }
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.JSON_UTF_8)
            .set(REQUEST_ID, response.getRequestId())
            .setInt(REFUSED, refused.count())
            .setInt(FAILED, response.getFailuresCount())
            .build(),
        HttpData.ofUtf8(body.toString()));
  }

  private ObjectNode toJson(GeneratedImage image) {
    byte[] file = asked.file(image.getData().toByteArray(), resizer);
    String base64 = Base64.getEncoder().encodeToString(file);
    return asked.format() == Format.B64_JSON
        ? JsonApi.object().put("b64_json", base64)
        : JsonApi.object().put("url", "data:image/" + asked.files().format() + ";base64," + base64);
  }

  @Override
  public void onError(Throwable error) {
    answer.complete(OpenAiException.of(error).toResponse());
  }

  @Override
  public void onCompleted() {}
}
