package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Merges the queries of concurrent callers into batches, so that one network serves all of them.
 *
 * <p>A caller that finds the network idle calls it in its own thread, without a switch to another
 * one. While a batch runs, new queries wait; then a dedicated thread takes the next batch in turn
 * from each waiting caller, so that a large request does not delay a small one. Results and errors
 * do not depend on other callers: if a merged batch fails, the network is called again for each
 * caller separately, and only callers whose own queries fail get the exception. Put guidance
 * outside, so that the limits of the batches and of the queue count rows of the network.
 *
 * <p>An interrupted caller gets a {@link CancellationException}, and its waiting queries are
 * dropped; a caller whose own thread runs the network gets it at the end of the batch. Closing
 * waits for the running batch and fails all waiting queries.
 */
public final class BatchingDenoiser<C> implements Denoiser<C>, AutoCloseable {
  private final Denoiser<C> network;
  private final int maxBatch;
  private final int capacity;
  private final Thread worker;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();

  // Guarded by the lock.
  private final Queue<Call<C>> calls = new ArrayDeque<>();
  private int waiting;
  private boolean running;
  private boolean closed;

  /**
   * Starts the thread.
   *
   * @param name names the thread
   * @param network called by one thread at a time
   * @param maxBatch the largest batch, at least 1
   * @param capacity the largest number of waiting queries, at least 1
   */
  public BatchingDenoiser(String name, Denoiser<C> network, int maxBatch, int capacity) {
    Check.that(maxBatch >= 1, "maxBatch", maxBatch, "≥ 1");
    Check.that(capacity >= 1, "capacity", capacity, "≥ 1");
    this.network = network;
    this.maxBatch = maxBatch;
    this.capacity = capacity;
    worker = new Thread(this::work, "denoiser-" + name);
    worker.setDaemon(true);
    worker.start();
  }

  @Override
  public Parameterization parameterization() {
    return network.parameterization();
  }

  /**
   * Waits for the predictions and returns them.
   *
   * @throws QueueFullException if too many queries are waiting; one caller alone may exceed the
   *     capacity
   * @throws CancellationException if the calling thread is interrupted
   * @throws IllegalStateException if this is closed, or is closed before the queries are answered
   */
  @Override
  public List<Prediction> predict(List<Query<C>> queries) {
    if (queries.isEmpty()) {
      return List.of();
    }
    if (Thread.currentThread().isInterrupted()) {
      throw cancelled();
    }
    return begins(queries.size()) ? alone(queries) : merged(queries);
  }

  /** Starts a batch of one caller, if the network is idle. */
  private boolean begins(int size) {
    lock.lock();
    try {
      checkOpen();
      if (running || !calls.isEmpty() || size > maxBatch) {
        return false;
      }
      running = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      running = false;
      if (closed || !calls.isEmpty()) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private List<Prediction> alone(List<Query<C>> queries) {
    List<Prediction> answers;
    try {
      answers = ask(queries);
    } finally {
      end();
    }
    if (Thread.currentThread().isInterrupted()) {
      throw cancelled();
    }
    return answers;
  }

  private List<Prediction> merged(List<Query<C>> queries) {
    Call<C> call = new Call<>(queries, lock.newCondition());
    lock.lock();
    try {
      checkOpen();
      if (waiting > 0 && waiting + queries.size() > capacity) {
        throw new QueueFullException(waiting, queries.size(), capacity);
      }
      calls.add(call);
      waiting += queries.size();
      work.signal();
      while (!call.isOver()) {
        call.over.await();
      }
    } catch (InterruptedException e) {
      drop(call);
      Thread.currentThread().interrupt();
      var cancelled = cancelled();
      cancelled.initCause(e);
      throw cancelled;
    } finally {
      lock.unlock();
    }
    return call.answers();
  }

  /** Returns the number of waiting queries, without those of the running batch. */
  public int waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the running batch, fails the waiting queries, and ends the thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      for (Call<C> call : List.copyOf(calls)) {
        drop(call);
        call.fail(closedException());
      }
      work.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (worker.isAlive()) {
      try {
        worker.join();
      } catch (InterruptedException e) {
        interrupted = true; // the network is in use until the thread ends
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw closedException();
    }
  }

  private static IllegalStateException closedException() {
    return new IllegalStateException("denoiser: closed (expected: open)");
  }

  private static CancellationException cancelled() {
    return new CancellationException("interrupted while waiting for the network");
  }

  /** Removes the waiting queries of a call. */
  private void drop(Call<C> call) {
    if (calls.remove(call)) {
      waiting -= call.unasked();
    }
  }

  private void work() {
    List<Row<C>> batch = next();
    while (!batch.isEmpty()) {
      answer(batch);
      end();
      batch = next();
    }
  }

  /** Waits for the next batch, and starts it; empty when closed. */
  private List<Row<C>> next() {
    lock.lock();
    try {
      while (running || (calls.isEmpty() && !closed)) {
        work.awaitUninterruptibly();
      }
      List<Row<C>> batch = new ArrayList<>(Math.min(maxBatch, waiting));
      // One query from each caller in turn; a caller with more queries moves to the end of the
      // line.
      while (batch.size() < maxBatch && !calls.isEmpty()) {
        Call<C> call = calls.remove();
        batch.add(new Row<>(call, call.nextQuery++));
        waiting--;
        if (call.unasked() > 0) {
          calls.add(call);
        }
      }
      running = !batch.isEmpty();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void answer(List<Row<C>> batch) {
    List<Call<C>> callers = batch.stream().map(Row::call).distinct().toList();
    try {
      deliver(batch, ask(batch.stream().map(row -> row.call.queries.get(row.index)).toList()));
    } catch (RuntimeException failure) {
      if (callers.size() == 1) {
        fail(callers.get(0), failure);
        return;
      }
      for (Call<C> caller : callers) {
        answer(batch.stream().filter(row -> row.call == caller).toList());
      }
    } catch (Throwable failure) { // such as memory running out: the callers must not wait forever
      callers.forEach(caller -> fail(caller, failure));
    }
  }

  private List<Prediction> ask(List<Query<C>> queries) {
    List<Prediction> answers = network.predict(queries);
    if (answers.size() != queries.size()) {
      throw new IllegalStateException(
          "answers: " + answers.size() + " of the network (expected: " + queries.size() + ")");
    }
    return answers;
  }

  private void deliver(List<Row<C>> batch, List<Prediction> answers) {
    lock.lock();
    try {
      for (int i = 0; i < answers.size(); i++) {
        batch.get(i).call.deliver(batch.get(i).index, answers.get(i));
      }
    } finally {
      lock.unlock();
    }
  }

  private void fail(Call<C> call, Throwable failure) {
    lock.lock();
    try {
      drop(call);
      call.fail(failure);
    } finally {
      lock.unlock();
    }
  }

  private record Row<C>(Call<C> call, int index) {}

  /** The queries of one caller. Guarded by the lock until all are answered. */
  private static final class Call<C> {
    final List<Query<C>> queries;
    final Condition over;
    private final List<@Nullable Prediction> answers;
    private int missing;
    private int nextQuery;
    private @Nullable Throwable failure;

    Call(List<Query<C>> queries, Condition over) {
      this.queries = List.copyOf(queries);
      this.over = over;
      answers = new ArrayList<>(Collections.nCopies(queries.size(), null));
      missing = queries.size();
    }

    int unasked() {
      return queries.size() - nextQuery;
    }

    boolean isOver() {
      return missing == 0 || failure != null;
    }

    void deliver(int index, Prediction answer) {
      answers.set(index, answer);
      missing--;
      if (missing == 0) {
        over.signal();
      }
    }

    void fail(Throwable cause) {
      if (failure == null) {
        failure = cause;
        over.signal();
      }
    }

    List<Prediction> answers() {
      if (failure instanceof RuntimeException exception) {
        throw exception;
      }
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure != null) { // a checked exception that the network let slip through
        throw new IllegalStateException("network: failed (expected: answers)", failure);
      }
      return answers.stream().map(Objects::requireNonNull).toList();
    }
  }
}
