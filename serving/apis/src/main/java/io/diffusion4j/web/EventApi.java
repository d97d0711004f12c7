package io.diffusion4j.web;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.Code;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.ServerBuilder;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.HttpFault;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.http.ProtoJson;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ListModelsRequest;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The service for programs that only use HTTP and JSON and need progress events.
 *
 * <p>{@code POST /api/generate} takes a {@code GenerateImagesRequest} in proto3 JSON and responds
 * with server-sent events: each has the name of its event in {@code StreamGenerateImagesResponse},
 * and its data is that message in proto3 JSON. A client that disconnects cancels the request.
 * {@code GET /api/models} responds with a {@code ListModelsResponse}. Errors are {@link
 * HttpFault}s.
 */
final class EventApi extends JsonApi {
  private final Optional<SharedRoute> other;

  /**
   * Creates the API.
   *
   * @param other the other API at {@code /api/generate}, if the server has it
   */
  @Inject
  EventApi(Optional<SharedRoute> other) {
    this.other = other;
  }

  @Override
  public void addTo(ServerBuilder server, Channel service) {
    add(server.route().post("/api/generate").consumes(MediaType.JSON), service, this::generate);
    add(server.route().get("/api/models"), service, EventApi::models);
  }

  private CompletionStage<HttpResponse> generate(Arrived arrived) {
    return other.flatMap(api -> api.answer(arrived)).orElseGet(() -> events(arrived));
  }

  private static CompletableFuture<HttpResponse> events(Arrived arrived) {
    GenerateImagesRequest.Builder request = GenerateImagesRequest.newBuilder();
    try {
      JsonFormat.parser().merge(arrived.request().contentUtf8(), request);
    } catch (InvalidProtocolBufferException e) {
      String expected = " (expected: a GenerateImagesRequest in proto3 JSON)";
      throw new WebFault(
          Errors.of(
              Code.INVALID_ARGUMENT, "MALFORMED_JSON", "request: " + Errors.reason(e) + expected));
    }
    EventStream events = new EventStream();
    GenerationServiceGrpc.newStub(arrived.service()).streamGenerateImages(request.build(), events);
    return CompletableFuture.completedFuture(events.response());
  }

  private static CompletableFuture<HttpResponse> models(Arrived arrived) {
    var request = ListModelsRequest.getDefaultInstance();
    Message models = ModelServiceGrpc.newBlockingStub(arrived.service()).listModels(request);
    return CompletableFuture.completedFuture(
        HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, ProtoJson.printAll(models)));
  }

  @Override
  protected @Nullable ApiException explain(Throwable cause) {
    return cause instanceof StatusRuntimeException error ? new WebFault(error) : null;
  }
}
