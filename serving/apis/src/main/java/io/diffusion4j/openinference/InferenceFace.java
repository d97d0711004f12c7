package io.diffusion4j.openinference;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.openinference.v2.GRPCInferenceServiceGrpc;
import io.diffusion4j.openinference.v2.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import io.diffusion4j.openinference.v2.ModelInferRequest;
import io.diffusion4j.openinference.v2.ModelInferResponse;
import io.diffusion4j.openinference.v2.ModelMetadataRequest;
import io.diffusion4j.openinference.v2.ModelMetadataResponse;
import io.diffusion4j.openinference.v2.ModelMetadataResponse.TensorMetadata;
import io.diffusion4j.openinference.v2.ModelReadyRequest;
import io.diffusion4j.openinference.v2.ModelReadyResponse;
import io.diffusion4j.openinference.v2.ServerMetadataRequest;
import io.diffusion4j.openinference.v2.ServerMetadataResponse;
import io.diffusion4j.serving.grpc.Credentials;
import io.diffusion4j.serving.grpc.ServingHealth;
import io.diffusion4j.serving.http.HttpFace;
import io.diffusion4j.serving.http.Refusals;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The routes under {@code /v2}: JSON for the methods of {@link InferenceGrpcService}. Health is
 * open to everybody, as probes have no tokens.
 */
final class InferenceFace implements HttpFace {
  private static final String MODEL = "/v2/models/{model}";
  private static final String VERSION = MODEL + "/versions/{version}";

  /** A handler of requests without a body. */
  @FunctionalInterface
  private interface Question {
    HttpResponse answer(ServiceRequestContext ctx, Channel service);
  }

  @Override
  public void addTo(ServerBuilder server, Channel service) {
    get(server, service, "/v2/health/live", (ctx, channel) -> health("live", true));
    get(server, service, "/v2/health/ready", (ctx, channel) -> ready(ctx, channel, ""));
    get(server, service, "/v2", InferenceFace::serverMetadata);
    get(server, service, "/v2/", InferenceFace::serverMetadata);
    get(
        server,
        service,
        MODEL + "/ready",
        (ctx, channel) -> ready(ctx, channel, ServingHealth.MODEL_PREFIX + model(ctx)));
    get(server, service, VERSION + "/ready", InferenceFace::versionReady);
    for (String path : List.of(MODEL, VERSION)) {
      get(server, service, path, InferenceFace::modelMetadata);
      server
          .route()
          .post(path + "/infer")
          .errorHandler(InferenceFace::refused)
          .build((ctx, request) -> infer(ctx, request, service));
    }
  }

  private static void get(ServerBuilder server, Channel service, String path, Question question) {
    server
        .route()
        .get(path)
        .errorHandler(InferenceFace::refused)
        .build((ctx, request) -> question.answer(ctx, Credentials.passedOn(service, ctx)));
  }

  private static String model(ServiceRequestContext ctx) {
    return requireNonNull(ctx.pathParam("model"));
  }

  private static String version(ServiceRequestContext ctx) {
    String version = ctx.pathParam("version");
    return version == null ? "" : version;
  }

  private static GRPCInferenceServiceStub stub(Channel service) {
    return GRPCInferenceServiceGrpc.newStub(service);
  }

  private static HttpResponse ready(ServiceRequestContext ctx, Channel service, String name) {
    var call = new Call<HealthCheckRequest, HealthCheckResponse>(ctx);
    var request = HealthCheckRequest.newBuilder().setService(name).build();
    HealthGrpc.newStub(service).check(request, call);
    return response(
        call.answer()
            .thenApply(answer -> health("ready", answer.getStatus() == ServingStatus.SERVING)));
  }

  private static HttpResponse versionReady(ServiceRequestContext ctx, Channel service) {
    var call = new Call<ModelReadyRequest, ModelReadyResponse>(ctx);
    stub(service)
        .modelReady(
            ModelReadyRequest.newBuilder().setName(model(ctx)).setVersion(version(ctx)).build(),
            call);
    return response(call.answer().thenApply(answer -> health("ready", answer.getReady())));
  }

  private static HttpResponse health(String key, boolean holds) {
    HttpStatus status = holds ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE;
    return json(status, object().put(key, holds));
  }

  private static HttpResponse serverMetadata(ServiceRequestContext ctx, Channel service) {
    var call = new Call<ServerMetadataRequest, ServerMetadataResponse>(ctx);
    stub(service).serverMetadata(ServerMetadataRequest.getDefaultInstance(), call);
    return response(
        call.answer()
            .thenApply(
                server -> {
                  ObjectNode json =
                      object().put("name", server.getName()).put("version", server.getVersion());
                  ArrayNode extensions = json.putArray("extensions");
                  server.getExtensionsList().forEach(extensions::add);
                  return json(HttpStatus.OK, json);
                }));
  }

  private static HttpResponse modelMetadata(ServiceRequestContext ctx, Channel service) {
    var call = new Call<ModelMetadataRequest, ModelMetadataResponse>(ctx);
    stub(service)
        .modelMetadata(
            ModelMetadataRequest.newBuilder().setName(model(ctx)).setVersion(version(ctx)).build(),
            call);
    return response(
        call.answer()
            .thenApply(
                model -> {
                  ObjectNode json = object().put("name", model.getName());
                  ArrayNode versions = json.putArray("versions");
                  model.getVersionsList().forEach(versions::add);
                  json.put("platform", model.getPlatform());
                  addTensors(json.putArray("inputs"), model.getInputsList());
                  addTensors(json.putArray("outputs"), model.getOutputsList());
                  return json(HttpStatus.OK, json);
                }));
  }

  private static void addTensors(ArrayNode to, List<TensorMetadata> tensors) {
    for (TensorMetadata tensor : tensors) {
      ObjectNode json =
          to.addObject().put("name", tensor.getName()).put("datatype", tensor.getDatatype());
      ArrayNode shape = json.putArray("shape");
      tensor.getShapeList().forEach(shape::add);
    }
  }

  private static HttpResponse infer(
      ServiceRequestContext ctx, HttpRequest request, Channel service) {
    Channel authorized = Credentials.passedOn(service, ctx);
    return response(
        request
            .aggregate(ctx.eventLoop())
            .thenApplyAsync(body -> tensors(ctx, body), ctx.blockingTaskExecutor())
            .thenCompose(
                tensors -> {
                  var call = new Call<ModelInferRequest, ModelInferResponse>(ctx);
                  stub(authorized).modelInfer(tensors.request(), call);
                  return call.answer()
                      .thenApplyAsync(
                          answer -> body(tensors.write(answer)), ctx.blockingTaskExecutor());
                })
            .exceptionally(
                failure -> {
                  Throwable cause = Exceptions.peel(failure);
                  if (cause instanceof InferenceException malformed) {
                    Refusals.because(ctx, InferenceException.REASON);
                    return malformed.toResponse();
                  }
                  throw new CompletionException(cause);
                }));
  }

  private static JsonTensors tensors(ServiceRequestContext ctx, AggregatedHttpRequest body) {
    byte[] bytes = body.content().array();
    OptionalInt length = BinaryTensors.jsonLength(body.headers(), bytes.length);
    ByteString all = ByteString.copyFrom(bytes);
    int json = length.orElse(bytes.length);
    return new JsonTensors(
        all.substring(0, json).toStringUtf8(), all.substring(json), model(ctx), version(ctx));
  }

  private static HttpResponse body(JsonTensors.Body body) {
    HttpData json = HttpData.ofUtf8(body.json());
    var headers = ResponseHeaders.builder(HttpStatus.OK);
    if (body.data().isEmpty()) {
      return HttpResponse.of(headers.contentType(MediaType.JSON_UTF_8).build(), json);
    }
    headers.contentType(MediaType.OCTET_STREAM).setInt(BinaryTensors.HEADER, json.length());
    return HttpResponse.of(headers.build(), json, HttpData.wrap(body.data().toByteArray()));
  }

  /** Returns the future response, or the response for an error of the service. */
  private static HttpResponse response(CompletableFuture<HttpResponse> answer) {
    return HttpResponse.of(
        answer.exceptionally(
            failure -> {
              Throwable cause = Exceptions.peel(failure);
              return cause instanceof StatusRuntimeException error
                  ? InferenceException.toResponse(error)
                  : HttpResponse.ofFailure(cause); // the server logs the exception
            }));
  }

  /** Handles requests that the server rejected before this handler. */
  private static @Nullable HttpResponse refused(ServiceRequestContext ctx, Throwable cause) {
    return cause instanceof StatusRuntimeException error
        ? InferenceException.toResponse(error)
        : null; // the same as on other routes
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static HttpResponse json(HttpStatus status, ObjectNode json) {
    return HttpResponse.of(
        ResponseHeaders.builder(status).contentType(MediaType.JSON_UTF_8).build(),
        HttpData.ofUtf8(json.toString()));
  }
}
