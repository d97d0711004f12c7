package io.diffusion4j.serving.grpc;

import static com.google.common.util.concurrent.MoreExecutors.directExecutor;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.jobs.JobScheduler;
import io.diffusion4j.serving.jobs.Work;
import io.diffusion4j.serving.observability.RequestSpans;
import io.diffusion4j.serving.v1.Priority;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * A unary call computed in one row of the {@link JobScheduler}, like the jobs of the generation
 * service. A cancelled call leaves the queue, or stops before its next step.
 */
final class BlockingWorker<T> implements Work {
  private final String owner;
  private final ImagePipeline model;
  private final double cost;
  private final RequestSpans spans;
  private final StreamObserver<T> response;
  private final Function<Runnable, T> work;
  private final Context call = Context.current();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private volatile boolean begun;

  private BlockingWorker(
      String owner,
      ImagePipeline model,
      double cost,
      RequestSpans spans,
      StreamObserver<T> response,
      Function<Runnable, T> work) {
    this.owner = owner;
    this.spans = spans;
    this.model = model;
    this.cost = cost;
    this.response = response;
    this.work = work;
  }

  /**
   * Queues a call, which is answered when the scheduler runs its work.
   *
   * @param owner the principal whose share of the rows it takes
   * @param model the model that the work runs
   * @param cost the cost in megapixel steps
   * @param spans the spans of the call
   * @param response the observer that receives the answer or the error
   * @param work computes the answer; it must run its argument between two steps, which throws when
   *     the call has been stopped
   * @throws StatusRuntimeException if the queue is full or the server is shutting down
   */
  static <T> void submit(
      JobScheduler scheduler,
      String owner,
      ImagePipeline model,
      double cost,
      RequestSpans spans,
      StreamObserver<T> response,
      Function<Runnable, T> work) {
    // With a handler, gRPC drops answers to a cancelled call instead of throwing.
    ((ServerCallStreamObserver<T>) response).setOnCancelHandler(() -> {});
    var errand = new BlockingWorker<>(owner, model, cost, spans, response, work);
    scheduler.submit(errand);
    errand.call.addListener(ended -> scheduler.remove(errand), directExecutor());
  }

  @Override
  public String owner() {
    return owner;
  }

  @Override
  public ImagePipeline model() {
    return model;
  }

  @Override
  public int rank() {
    return Priority.PRIORITY_NORMAL.getNumber();
  }

  @Override
  public int piecesLeft() {
    return begun ? 0 : 1;
  }

  @Override
  public int mostAtOnce() {
    return 1;
  }

  @Override
  public double cost(int pieces) {
    return cost * pieces;
  }

  @Override
  public Duration leastTime(int pieces) {
    return Duration.ZERO;
  }

  @Override
  public boolean hasBegun() {
    return begun;
  }

  @Override
  public boolean perform(int pieces, Runnable pause) {
    begun = true;
    Runnable step =
        () -> {
          pause.run();
          stopIfNeeded();
        };
    call.run(() -> BlockingWorkerPool.perform(call, response, () -> answer(step)));
    return false;
  }

  private void answer(Runnable step) {
    stopIfNeeded();
    spans.begun();
    T answer;
    try (var embedding = spans.batch(1, "embed")) {
      answer = embedding.of(() -> work.apply(step));
    }
    if (stopped.compareAndSet(false, true)) {
      response.onNext(answer);
      response.onCompleted();
    }
  }

  private void stopIfNeeded() {
    if (call.isCancelled() || stopped.get()) {
      throw new CancellationException("the call was stopped");
    }
  }

  @Override
  public void stop(StatusRuntimeException why) {
    if (stopped.compareAndSet(false, true)) {
      response.onError(why);
    }
  }
}
