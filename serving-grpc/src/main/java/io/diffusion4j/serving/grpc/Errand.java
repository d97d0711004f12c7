package io.diffusion4j.serving.grpc;

import static com.google.common.util.concurrent.MoreExecutors.directExecutor;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.jobs.JobScheduler;
import io.diffusion4j.serving.jobs.Work;
import io.diffusion4j.serving.tracing.RequestSpans;
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
 * A unary call that is computed in a row of the {@link JobScheduler}, like the jobs of the
 * generation service. A call that is cancelled leaves the queue, or stops before its next step.
 */
final class Errand<T> implements Work {
  private final String owner;
  private final ImagePipeline model;
  private final double cost;
  private final RequestSpans spans;
  private final StreamObserver<T> response;
  private final Function<Runnable, T> work;
  private final Context call = Context.current();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private volatile boolean begun;

  private Errand(
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
   * Has a call answered when it is its turn.
   *
   * @param model whose networks the work asks
   * @param cost in megapixel steps
   * @param spans of the call
   * @param work makes the answer; what it is given is to be run between steps, and throws when the
   *     work is to stop
   */
  static <T> void submit(
      JobScheduler scheduler,
      String owner,
      ImagePipeline model,
      double cost,
      RequestSpans spans,
      StreamObserver<T> response,
      Function<Runnable, T> work) {
    // With a handler, answers to a call that was cancelled are dropped, not errors.
    ((ServerCallStreamObserver<T>) response).setOnCancelHandler(() -> {});
    var errand = new Errand<>(owner, model, cost, spans, response, work);
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
    call.run(() -> Errands.perform(call, response, () -> answer(step)));
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
