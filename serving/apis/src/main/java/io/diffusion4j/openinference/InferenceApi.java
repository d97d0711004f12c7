package io.diffusion4j.openinference;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.CompletableFuture.completedFuture;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
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
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.JsonApi;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The routes under {@code /v2}: JSON for the methods of {@link InferenceGrpcService}. Health is
 * open to everybody, as probes have no tokens.
 */
final class InferenceApi extends JsonApi {
  private static final String MODEL = "/v2/models/{model}";
  private static final String VERSION = MODEL + "/versions/{version}";

  /** A handler of requests without a body. */
  @FunctionalInterface
  private interface Question {
    CompletableFuture<HttpResponse> answer(ServiceRequestContext ctx, Channel service);
  }

  @Override
  public void addTo(ServerBuilder server, Channel service) {
    get(
        server,
        service,
        "/v2/health/live",
        (ctx, channel) -> completedFuture(health("live", true)));
    get(server, service, "/v2/health/ready", (ctx, channel) -> ready(ctx, channel, ""));
    get(server, service, "/v2", InferenceApi::serverMetadata);
    get(server, service, "/v2/", InferenceApi::serverMetadata);
    get(
        server,
        service,
        MODEL + "/ready",
        (ctx, channel) -> ready(ctx, channel, ServingHealth.MODEL_PREFIX + model(ctx)));
    get(server, service, VERSION + "/ready", InferenceApi::versionReady);
    for (String path : List.of(MODEL, VERSION)) {
      get(server, service, path, InferenceApi::modelMetadata);
      add(server.route().post(path + "/infer"), service, InferenceApi::infer);
    }
  }

  private void get(ServerBuilder server, Channel service, String path, Question question) {
    server
        .route()
        .get(path)
        .errorHandler(this::refused)
        .build(
            (ctx, request) ->
                response(ctx, question.answer(ctx, Credentials.passedOn(service, ctx))));
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

  private static CompletableFuture<HttpResponse> ready(
      ServiceRequestContext ctx, Channel service, String name) {
    var call = new Call<HealthCheckRequest, HealthCheckResponse>(ctx);
    var request = HealthCheckRequest.newBuilder().setService(name).build();
    HealthGrpc.newStub(service).check(request, call);
    return call.answer()
        .thenApply(answer -> health("ready", answer.getStatus() == ServingStatus.SERVING));
  }

  private static CompletableFuture<HttpResponse> versionReady(
      ServiceRequestContext ctx, Channel service) {
    var call = new Call<ModelReadyRequest, ModelReadyResponse>(ctx);
    stub(service)
        .modelReady(
            ModelReadyRequest.newBuilder().setName(model(ctx)).setVersion(version(ctx)).build(),
            call);
    return call.answer().thenApply(answer -> health("ready", answer.getReady()));
  }

  private static HttpResponse health(String key, boolean holds) {
    HttpStatus status = holds ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE;
    return json(status, object().put(key, holds));
  }

  private static CompletableFuture<HttpResponse> serverMetadata(
      ServiceRequestContext ctx, Channel service) {
    var call = new Call<ServerMetadataRequest, ServerMetadataResponse>(ctx);
    stub(service).serverMetadata(ServerMetadataRequest.getDefaultInstance(), call);
    return call.answer()
        .thenApply(
            server -> {
              ObjectNode json =
                  object().put("name", server.getName()).put("version", server.getVersion());
              ArrayNode extensions = json.putArray("extensions");
              server.getExtensionsList().forEach(extensions::add);
              return json(HttpStatus.OK, json);
            });
  }

  private static CompletableFuture<HttpResponse> modelMetadata(
      ServiceRequestContext ctx, Channel service) {
    var call = new Call<ModelMetadataRequest, ModelMetadataResponse>(ctx);
    stub(service)
        .modelMetadata(
            ModelMetadataRequest.newBuilder().setName(model(ctx)).setVersion(version(ctx)).build(),
            call);
    return call.answer()
        .thenApply(
            model -> {
              ObjectNode json = object().put("name", model.getName());
              ArrayNode versions = json.putArray("versions");
              model.getVersionsList().forEach(versions::add);
              json.put("platform", model.getPlatform());
              addTensors(json.putArray("inputs"), model.getInputsList());
              addTensors(json.putArray("outputs"), model.getOutputsList());
              return json(HttpStatus.OK, json);
            });
  }

  private static void addTensors(ArrayNode to, List<TensorMetadata> tensors) {
    for (TensorMetadata tensor : tensors) {
      ObjectNode json =
          to.addObject().put("name", tensor.getName()).put("datatype", tensor.getDatatype());
      ArrayNode shape = json.putArray("shape");
      tensor.getShapeList().forEach(shape::add);
    }
  }

  private static CompletableFuture<HttpResponse> infer(Arrived arrived) {
    ServiceRequestContext ctx = arrived.context();
    JsonTensors tensors = tensors(ctx, arrived.request());
    var call = new Call<ModelInferRequest, ModelInferResponse>(ctx);
    stub(arrived.service()).modelInfer(tensors.request(), call);
    return call.answer()
        .thenApplyAsync(answer -> body(tensors.write(answer)), ctx.blockingTaskExecutor());
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

  @Override
  protected @Nullable ApiException explain(Throwable cause) {
    return cause instanceof StatusRuntimeException ? InferenceException.of(cause) : null;
  }

  /** A unary call on behalf of an HTTP request; a client that disconnects cancels it. */
  private static final class Call<Q, T> implements ClientResponseObserver<Q, T> {
    private final ServiceRequestContext context;
    private final CompletableFuture<T> answer = new CompletableFuture<>();

    Call(ServiceRequestContext context) {
      this.context = context;
    }

    /** Returns the answer to come. */
    CompletableFuture<T> answer() {
      return answer;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> call) {
      cancelWith(context, call);
    }

    @Override
    public void onNext(T message) {
      answer.complete(message);
    }

    @Override
    public void onError(Throwable error) {
      answer.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {}
  }
}
