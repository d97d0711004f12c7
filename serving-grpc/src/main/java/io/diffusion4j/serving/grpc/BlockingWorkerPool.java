package io.diffusion4j.serving.grpc;

import static com.google.common.util.concurrent.MoreExecutors.directExecutor;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.diffusion4j.serving.errors.Errors;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool of workers with a bounded queue, for work that must not block the threads of gRPC. A
 * cancelled call leaves the queue. Thread-safe.
 */
public final class BlockingWorkerPool {
  private static final Logger LOG = LoggerFactory.getLogger(BlockingWorkerPool.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final ThreadPoolExecutor workers;

  /**
   * Creates a pool whose threads start on demand and end when idle.
   *
   * @param name the prefix of the thread names
   * @param workerCount the number of threads, at least 1
   * @param capacity the number of calls that can wait, at least 1
   */
  public BlockingWorkerPool(String name, int workerCount, int capacity) {
    workers =
        new ThreadPoolExecutor(
            workerCount,
            workerCount,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(capacity),
            new ThreadFactoryBuilder().setNameFormat(name + "-%d").setDaemon(true).build());
    workers.allowCoreThreadTimeOut(true);
  }

  /**
   * Queues work that answers its call. If the work throws, the call fails with that error.
   *
   * @throws io.grpc.StatusRuntimeException if the queue is full
   */
  public void execute(StreamObserver<?> response, Runnable work) {
    Context call = Context.current();
    Runnable task = call.wrap(() -> perform(call, response, work));
    try {
      workers.execute(task);
    } catch (RejectedExecutionException e) {
      throw full();
    }
    call.addListener(ended -> workers.remove(task), directExecutor());
  }

  /**
   * Queues work outside of a call.
   *
   * @return its result, which fails with {@code QUEUE_FULL} if the queue is full
   */
  public <T> CompletableFuture<T> submit(Supplier<T> work) {
    return queued(() -> CompletableFuture.supplyAsync(work, workers));
  }

  /** Queues work without a result, as {@link #submit} otherwise. */
  public CompletableFuture<Void> run(Runnable work) {
    return queued(() -> CompletableFuture.runAsync(work, workers));
  }

  private <T> CompletableFuture<T> queued(Supplier<CompletableFuture<T>> work) {
    try {
      return work.get();
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(full());
    }
  }

  private StatusRuntimeException full() {
    return Errors.QUEUE_FULL.error(workers.getQueue().size(), RETRY);
  }

  /**
   * Runs the work of a call unless it was cancelled; an exception becomes the error of the call.
   */
  static void perform(Context call, StreamObserver<?> response, Runnable work) {
    if (call.isCancelled()) {
      return;
    }
    try {
      work.run();
    } catch (CancellationException e) {
      response.onError(Errors.CANCELLED.error());
    } catch (StatusRuntimeException e) {
      response.onError(e);
    } catch (Throwable e) { // a fault of one model must not affect other calls
      CallContext known = CallContext.KEY.get(call);
      String id = known == null ? UUID.randomUUID().toString() : known.id();
      LOG.atError().addKeyValue("request_id", id).setCause(e).log("call failed");
      response.onError(Errors.failed(e, id));
    }
  }
}
