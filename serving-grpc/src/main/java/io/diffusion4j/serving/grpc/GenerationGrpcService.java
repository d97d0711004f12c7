package io.diffusion4j.serving.grpc;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.jobs.JobObserver;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.request.RecipeFile.OtherWeightsException;
import io.diffusion4j.serving.request.RequestResolver;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ReplayImageRequest;
import io.diffusion4j.serving.v1.ReplayImageResponse;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** {@code diffusion4j.v1.GenerationService}: resolves requests and attaches callers to jobs. */
final class GenerationGrpcService extends GenerationServiceGrpc.GenerationServiceImplBase {
  /** The number of requests whose images are decoded at once. */
  private static final int DECODERS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  private final RequestResolver resolver;
  private final Models models;
  private final JobRegistry jobs;
  private final BlockingWorkerPool decoding;
  private final Duration stall;

  @Inject
  GenerationGrpcService(
      RequestResolver resolver, Models models, JobRegistry jobs, ServerConfig config) {
    this.resolver = resolver;
    this.models = models;
    this.jobs = jobs;
    this.decoding = new BlockingWorkerPool("decode", DECODERS, config.queueCapacity());
    this.stall = config.stall();
  }

  @Override
  public void generateImages(
      GenerateImagesRequest request, StreamObserver<GenerateImagesResponse> response) {
    String owner = CallContext.current().principal().name();
    Optional<CompletionStage<?>> sent = Optional.ofNullable(CallContext.SENT.get());
    answer(
        request,
        response,
        new UnaryCollector(
            response,
            bytes ->
                sent.ifPresent(
                    end -> {
                      Runnable release = jobs.hold(owner, bytes);
                      end.thenRun(release);
                    })));
  }

  @Override
  public void streamGenerateImages(
      GenerateImagesRequest request, StreamObserver<StreamGenerateImagesResponse> response) {
    answer(request, response, new StreamOutbox(serverCall(response), stall));
  }

  @Override
  public void replayImage(
      ReplayImageRequest request, StreamObserver<ReplayImageResponse> response) {
    var leave = new Leave();
    ServerCallStreamObserver<?> call = serverCall(response);
    call.setOnCancelHandler(leave);
    jobs.requireRoom(CallContext.current().principal(), "", 1);
    decoding.execute(response, () -> replay(request, response, call, leave));
  }

  private void replay(
      ReplayImageRequest request,
      StreamObserver<ReplayImageResponse> response,
      ServerCallStreamObserver<?> call,
      Leave leave) {
    Principal owner = CallContext.current().principal();
    Context context = Context.current();
    Executor worker = work -> context.run(() -> decoding.execute(response, work));
    var replay = new Replay(Replay.file(request), worker, response);
    List<ImagePipeline> usable =
        models.all().stream().filter(model -> owner.mayUse(model.card().name())).toList();
    try {
      var again = Replay.request(replay.original(), usable);
      join(again, call, new UnaryCollector(replay), leave);
    } catch (OtherWeightsException e) {
      replay.refute(e);
    }
  }

  /**
   * Answers a request. A request with images is decoded on another thread, and only if quota and
   * queue admit it.
   */
  private void answer(
      GenerateImagesRequest request, StreamObserver<?> response, JobObserver observer) {
    Principal owner = CallContext.current().principal();
    Rights.requirePriority(owner, request);
    var leave = new Leave();
    ServerCallStreamObserver<?> call = serverCall(response);
    call.setOnCancelHandler(leave);
    if (!RequestResolver.takesLong(request)) {
      join(request, call, observer, leave);
      return;
    }
    if (!request.getValidateOnly()) {
      int images = Math.max(1, request.getImageCount());
      jobs.requireRoom(owner, request.getRequestId(), images);
    }
    decoding.execute(response, () -> join(request, call, observer, leave));
  }

  private void join(
      GenerateImagesRequest request,
      ServerCallStreamObserver<?> call,
      JobObserver observer,
      Leave leave) {
    ResolvedRequest resolved = resolver.resolve(request);
    CallContext about = CallContext.current();
    about.asksFor(resolved.id(), resolved.words());
    if (request.getValidateOnly()) {
      jobs.plan(resolved, observer);
      return;
    }
    Principal owner = about.principal();
    leave.means(() -> jobs.leave(owner, resolved.id(), observer));
    observer.onGivingUp(leave);
    jobs.join(owner, resolved, timeLeft(), observer);
    if (call.isCancelled()) { // before the job was known to the cancel handler
      leave.run();
    }
  }

  /** The action on cancellation; does nothing until the call has a job. */
  private static final class Leave implements Runnable {
    private volatile Runnable action = () -> {};

    void means(Runnable newAction) {
      action = newAction;
    }

    @Override
    public void run() {
      action.run();
    }
  }

  /** Returns the time until the deadline of the call; empty if it has none. */
  private static Optional<Duration> timeLeft() {
    return Optional.ofNullable(Context.current().getDeadline())
        .map(deadline -> Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)));
  }

  private static <T> ServerCallStreamObserver<T> serverCall(StreamObserver<T> response) {
    return (ServerCallStreamObserver<T>) response; // guaranteed by gRPC on the server side
  }
}
