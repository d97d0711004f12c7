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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work of calls off the threads that take calls: a few workers and a bounded queue. A call that was
 * cancelled leaves the queue.
 */
public final class Errands {
  private static final Logger LOG = LoggerFactory.getLogger(Errands.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final ThreadPoolExecutor workers;

  /**
   * Workers that start when they are needed.
   *
   * @param name of their threads
   */
  public Errands(String name, int workerCount, int capacity) {
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
   * Has work done that answers its call by itself, unless it throws.
   *
   * @throws io.grpc.StatusRuntimeException if too much work waits
   */
  public void execute(StreamObserver<?> response, Runnable work) {
    Context call = Context.current();
    Runnable task = call.wrap(() -> perform(call, response, work));
    try {
      workers.execute(task);
    } catch (RejectedExecutionException e) {
      throw Errors.queueFull(workers.getQueue().size(), RETRY);
    }
    call.addListener(ended -> workers.remove(task), directExecutor());
  }

  /** Does the work of a call that was not cancelled, and answers it with what goes wrong. */
  static void perform(Context call, StreamObserver<?> response, Runnable work) {
    if (call.isCancelled()) {
      return;
    }
    try {
      work.run();
    } catch (CancellationException e) {
      response.onError(Errors.cancelled());
    } catch (StatusRuntimeException e) {
      response.onError(e);
    } catch (Throwable e) { // whatever a model does wrong, other calls are not to suffer
      String id = UUID.randomUUID().toString();
      LOG.error("{}: a call failed", id, e);
      response.onError(Errors.failed(e, id));
    }
  }
}
