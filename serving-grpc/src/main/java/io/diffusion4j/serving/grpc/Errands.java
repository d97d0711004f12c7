package io.diffusion4j.serving.grpc;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.diffusion4j.serving.errors.Errors;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Short work of unary calls: a few workers and a bounded queue. A call that nobody waits for any
 * more is not begun.
 */
final class Errands {
  private static final Logger LOG = LoggerFactory.getLogger(Errands.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final ThreadPoolExecutor workers;

  /** Workers that start when they are needed. */
  Errands(int workerCount, int capacity) {
    workers =
        new ThreadPoolExecutor(
            workerCount,
            workerCount,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(capacity),
            new ThreadFactoryBuilder().setNameFormat("errand-%d").setDaemon(true).build());
    workers.allowCoreThreadTimeOut(true);
  }

  /** Answers a call with what the work gives. */
  <T> void run(StreamObserver<T> response, Supplier<T> work) {
    // With a handler, answers to a call that was cancelled are dropped, not errors.
    ((ServerCallStreamObserver<T>) response).setOnCancelHandler(() -> {});
    Context call = Context.current();
    try {
      workers.execute(call.wrap(() -> answer(call, response, work)));
    } catch (RejectedExecutionException e) {
      throw Errors.queueFull(workers.getQueue().size(), RETRY);
    }
  }

  private static <T> void answer(Context call, StreamObserver<T> response, Supplier<T> work) {
    if (call.isCancelled()) {
      return;
    }
    T answer;
    try {
      answer = work.get();
    } catch (CancellationException e) {
      response.onError(Errors.cancelled());
      return;
    } catch (Throwable e) { // whatever a model does wrong, other calls are not to suffer
      String id = UUID.randomUUID().toString();
      LOG.error("{}: a call failed", id, e);
      response.onError(Errors.failed(e, id));
      return;
    }
    response.onNext(answer);
    response.onCompleted();
  }
}
