package io.diffusion4j.openinference;

import io.diffusion4j.openinference.v2.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import io.diffusion4j.openinference.v2.ModelInferRequest;
import io.diffusion4j.openinference.v2.ModelInferResponse;
import io.diffusion4j.openinference.v2.ModelMetadataRequest;
import io.diffusion4j.openinference.v2.ModelMetadataResponse;
import io.diffusion4j.openinference.v2.ModelReadyRequest;
import io.diffusion4j.openinference.v2.ModelReadyResponse;
import io.diffusion4j.openinference.v2.ServerLiveRequest;
import io.diffusion4j.openinference.v2.ServerLiveResponse;
import io.diffusion4j.openinference.v2.ServerMetadataRequest;
import io.diffusion4j.openinference.v2.ServerMetadataResponse;
import io.diffusion4j.openinference.v2.ServerReadyRequest;
import io.diffusion4j.openinference.v2.ServerReadyResponse;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.BlockingWorkerPool;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.Rights;
import io.diffusion4j.serving.grpc.ServingHealth;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc.GenerationServiceImplBase;
import io.diffusion4j.serving.v1.GetModelRequest;
import io.diffusion4j.serving.v1.GetModelResponse;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelServiceGrpc.ModelServiceImplBase;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code inference.GRPCInferenceService}, which calls the services of the contract for checks,
 * queue, quotas and cancellation.
 */
final class InferenceGrpcService extends GRPCInferenceServiceImplBase {
  private static final String NAME = "diffusion4j";
  private static final String SOFTWARE_PREFIX = "Diffusion4J ";
  private static final int ENCODERS = 1;
  private static final int MAX_WAITING = 1024;

  private final GenerationServiceImplBase generation;
  private final ModelServiceImplBase models;
  private final HealthGrpc.AsyncService health;
  private final Rights rights;

  /**
   * Images are decoded to tensors on a separate thread, since the drawing threads must not wait.
   */
  private final BlockingWorkerPool encoding =
      new BlockingWorkerPool("tensors", ENCODERS, MAX_WAITING);

  InferenceGrpcService(
      GenerationServiceImplBase generation,
      ModelServiceImplBase models,
      HealthStatusManager health,
      Rights rights) {
    this.generation = generation;
    this.models = models;
    this.health = health(health.getHealthService());
    this.rights = rights;
  }

  private static HealthGrpc.AsyncService health(BindableService service) {
    return (HealthGrpc.AsyncService) service; // the one implementation of the health service
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> response) {
    answer(response, ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void serverReady(
      ServerReadyRequest request, StreamObserver<ServerReadyResponse> response) {
    answer(response, ServerReadyResponse.newBuilder().setReady(serves("")).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> response) {
    Model model = model(request.getName(), request.getVersion());
    boolean ready = serves(ServingHealth.MODEL_PREFIX + model.getName());
    answer(response, ModelReadyResponse.newBuilder().setReady(ready).build());
  }

  private boolean serves(String service) {
    var request = HealthCheckRequest.newBuilder().setService(service).build();
    HealthCheckResponse answer = Answer.of(health::check, request);
    return answer.getStatus() == ServingStatus.SERVING;
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> response) {
    answer(
        response,
        ServerMetadataResponse.newBuilder()
            .setName(NAME)
            .setVersion(ResolvedRequest.SOFTWARE.substring(SOFTWARE_PREFIX.length()))
            .addExtensions(BinaryTensors.EXTENSION)
            .build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> response) {
    answer(response, Signature.of(model(request.getName(), request.getVersion())));
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> response) {
    Principal caller = Callers.ofPresentCall();
    Rights.requireRole(caller, Role.GENERATE);
    rights.requireModel(caller, request.getModelName());
    Model model = model(request.getModelName(), request.getModelVersion());
    Inference inference = Inference.of(request, model);
    var named = request.toBuilder().setModelName(model.getName()).build();
    var draws =
        new Draws(
            serverCall(response),
            inference.requests().size(),
            drawn ->
                encode(response, () -> inference.answer(named, Signature.version(model), drawn)));
    draws.begin(generation, inference.requests());
  }

  /** Sends the response on another thread than the drawing one, which must not see its failures. */
  private void encode(
      StreamObserver<ModelInferResponse> response, Supplier<ModelInferResponse> message) {
    try {
      encoding.execute(response, () -> answer(response, message.get()));
    } catch (StatusRuntimeException e) { // too much waits
      response.onError(e);
    }
  }

  /** Returns a model that the caller may use. */
  private Model model(String name, String version) {
    var request = GetModelRequest.newBuilder().setName(name).build();
    GetModelResponse answer = Answer.of(models::getModel, request);
    Model model = answer.getModel();
    String served = Signature.version(model);
    if (!version.isEmpty() && !version.equals(served)) {
      throw Errors.MODEL_NOT_FOUND.error("version", version, List.of(served));
    }
    return model;
  }

  private static <T> void answer(StreamObserver<T> response, T message) {
    response.onNext(message);
    response.onCompleted();
  }

  private static ServerCallStreamObserver<ModelInferResponse> serverCall(
      StreamObserver<ModelInferResponse> response) {
    return (ServerCallStreamObserver<ModelInferResponse>) response; // as gRPC promises
  }

  /** The response of an in-process service that responds before its method returns. */
  private static final class Answer<T> implements StreamObserver<T> {
    private @Nullable T message;
    private @Nullable Throwable error;

    private Answer() {}

    /**
     * Calls a method.
     *
     * @throws StatusRuntimeException if the method throws it or ends with it
     */
    static <Q, T> T of(BiConsumer<Q, StreamObserver<T>> method, Q request) {
      var answer = new Answer<T>();
      method.accept(request, answer);
      if (answer.error != null) {
        throw Status.fromThrowable(answer.error)
            .asRuntimeException(Status.trailersFromThrowable(answer.error));
      }
      if (answer.message == null) {
        throw new IllegalStateException("a service has not answered (expected: before it returns)");
      }
      return answer.message;
    }

    @Override
    public void onNext(T value) {
      message = value;
    }

    @Override
    public void onError(Throwable failure) {
      error = failure;
    }

    @Override
    public void onCompleted() {}
  }
}
