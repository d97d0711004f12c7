package io.diffusion4j.serving.jobs;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.jobs.FairQueue.Turn;
import io.diffusion4j.serving.observability.ServingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A scheduler with a bounded queue. It runs work in a fixed number of rows. Thread-safe.
 *
 * <p>Each image being drawn occupies one row of the network's batch. A free row is given at once to
 * the next work in the {@link FairQueue}, without waiting for other rows. A job takes its share of
 * the rows, draws that many images, and returns to the queue with its remaining images. A request
 * for many images therefore does not block requests for one.
 *
 * <p>Between two steps a batch yields its rows to work that is more urgent, whose owner was served
 * less, or that is far smaller. The batch continues at its next turn.
 */
public final class JobScheduler {
  private static final Logger LOG = LoggerFactory.getLogger(JobScheduler.class);
  private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(10);

  /** The time for which a batch keeps its rows before it yields. */
  private static final Duration SLICE = Duration.ofMillis(200);

  /** A batch yields to work of the same owner whose cost is this many times smaller. */
  private static final double FAR_SMALLER = 4;

  private final int rows;
  private final int capacity;
  private final Predicate<ImagePipeline> served;
  private final ServingListener listener;
  private final ThreadPoolExecutor threads;

  // The fields below are guarded by this.
  private final FairQueue queue = new FairQueue();
  private final Set<BatchShare> running = new HashSet<>();
  private final Throughput throughput = new Throughput();
  private int free; // free rows; negative after a batch resumed with more rows than were free
  private State state = State.OPEN;

  private enum State {
    OPEN,
    DRAINING,
    CLOSED
  }

  /**
   * Creates an idle scheduler with a thread for each row.
   *
   * @param rows the number of images drawn at once, at least 1
   * @param capacity the number of requests that each owner can have in the queue
   * @param served returns whether a model accepts work now
   * @param listener notified of the length of the queue and of the backlog
   */
  public JobScheduler(
      int rows, int capacity, Predicate<ImagePipeline> served, ServingListener listener) {
    this.rows = rows;
    this.free = rows;
    this.capacity = capacity;
    this.served = served;
    this.listener = listener;
    threads = // one for each row, more while batches are parked
        new ThreadPoolExecutor(
            rows,
            Integer.MAX_VALUE,
            1,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new ThreadFactoryBuilder()
                .setNameFormat("diffusion-worker-%d")
                .setDaemon(true)
                .build());
    threads.prestartAllCoreThreads();
  }

  /**
   * Queues new work.
   *
   * @throws io.grpc.StatusRuntimeException if its owner has too many requests in the queue, its
   *     model was removed, or the server is shutting down
   */
  public synchronized void submit(Work work) {
    requireRoom(work.owner());
    if (!served.test(work.model())) {
      throw Errors.MODEL_UNLOADED.error(work.model().card().name());
    }
    enqueue(work);
    dispatch();
  }

  /**
   * Returns normally if the queue accepts work of this owner now.
   *
   * @throws io.grpc.StatusRuntimeException if it does not
   */
  synchronized void requireRoom(String owner) {
    if (state != State.OPEN) {
      throw Errors.SHUTTING_DOWN.error();
    }
    int own = queue.sizeOf(owner);
    if (own >= capacity) {
      throw Errors.QUEUE_FULL.error(own, retryDelay(own));
    }
  }

  /** Returns the number of turns ahead of this work; 0 if it does not wait. */
  synchronized int position(Work work) {
    return queue.ahead(work);
  }

  /**
   * Returns a lower bound of the delay that the work ahead causes: one turn of each, at the best
   * pace so far. With several rows, work ahead may end later than this work, but it started earlier
   * and has taken as many steps.
   */
  synchronized Duration leastDelay(Work work) {
    int share = share(work, 1 + queue.size() + running.size());
    Duration own = work.leastTime(1);
    Duration delay = Duration.ZERO;
    for (Turn turn : queue.before(work, work.cost(share))) {
      int pieces = Math.min(share, Math.max(1, turn.work().piecesLeft()));
      Duration all = turn.work().leastTime(pieces);
      Duration beside = own.multipliedBy(pieces);
      delay = delay.plus(rows == 1 || all.compareTo(beside) < 0 ? all : beside);
    }
    return delay;
  }

  /**
   * Returns the estimated time until all queued and running work is done, at the recent throughput;
   * empty before any work was done. Work submitted now waits at most that long.
   */
  public synchronized Optional<Duration> backlog() {
    double cost = running.stream().mapToDouble(share -> share.cost).sum();
    for (Turn turn : queue.waiting()) {
      BatchShare parked = turn.parked();
      cost += turn.work().cost(turn.work().piecesLeft()) + (parked == null ? 0 : parked.cost);
    }
    return throughput.timeOf(cost);
  }

  private void tellChanged() {
    listener.queueChanged(queue.size());
    listener.backlogChanged(backlog().orElse(Duration.ZERO));
  }

  /** Returns the number of rows for work that shares the scheduler with others. */
  private static int share(Work work, int works) {
    return (work.mostAtOnce() + works - 1) / works;
  }

  /** Removes work from the queue, if it waits there. */
  public synchronized void remove(Work work) {
    drop(queue.remove(turn -> turn.work() == work));
    tellChanged();
    dispatch();
  }

  private void drop(List<Turn> turns) {
    for (Turn turn : turns) {
      BatchShare parked = turn.parked();
      if (parked != null) {
        parked.dropped = true;
      }
    }
    notifyAll();
  }

  /**
   * Drains the scheduler. Work that has not begun fails at once. Running work continues until it is
   * done, or fails at the end of the grace period.
   *
   * @throws InterruptedException if the thread is interrupted while it waits for running work
   */
  public void shutdown(Duration grace) throws InterruptedException {
    List<Turn> dropped;
    synchronized (this) {
      if (state == State.OPEN) {
        state = State.DRAINING;
      }
      dropped = queue.remove(turn -> !turn.work().hasBegun());
      tellChanged();
    }
    dropped.forEach(turn -> turn.work().stop(Errors.SHUTTING_DOWN.error()));
    awaitIdle(grace).forEach(work -> work.stop(Errors.SHUTTING_DOWN.error()));
    synchronized (this) {
      state = State.CLOSED;
      drop(queue.remove(turn -> true)); // also wakes threads in awaitDone
    }
    threads.shutdown();
  }

  /**
   * Blocks until no work of a model is queued or running. Called for a removed model, which accepts
   * no more work.
   */
  public synchronized void awaitDone(ImagePipeline model) throws InterruptedException {
    while (hasWork(model)) {
      wait();
    }
  }

  private boolean hasWork(ImagePipeline model) {
    return running.stream().anyMatch(share -> share.work.model() == model)
        || queue.waiting().stream().anyMatch(turn -> turn.work().model() == model);
  }

  /** Blocks until the scheduler is idle; returns the work that is unfinished at the deadline. */
  private List<Work> awaitIdle(Duration grace) throws InterruptedException {
    long end = System.nanoTime() + grace.toNanos();
    synchronized (this) {
      for (long left = grace.toNanos();
          left > 0 && !(running.isEmpty() && queue.size() == 0);
          left = end - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
      List<Work> unfinished = new ArrayList<>();
      running.forEach(share -> unfinished.add(share.work));
      queue.waiting().forEach(turn -> unfinished.add(turn.work()));
      listener.queueChanged(0);
      return unfinished;
    }
  }

  /** Gives free rows to the next work. */
  private void dispatch() {
    while (free > 0 && state != State.CLOSED) {
      Optional<Turn> next = queue.next();
      if (next.isEmpty()) {
        return;
      }
      if (running.isEmpty()) {
        throughput.begin();
      }
      BatchShare share = take(next.get());
      free -= share.rows;
      running.add(share);
      tellChanged();
      if (next.get().parked() == null) {
        threads.execute(() -> work(share));
      } else {
        share.held = true;
        notifyAll();
      }
    }
  }

  private BatchShare take(Turn turn) {
    BatchShare parked = turn.parked();
    if (parked != null) {
      queue.resume(turn);
      return parked;
    }
    Work work = turn.work();
    int works = queue.size() + running.size();
    int taken = Math.min(free, Math.min(share(work, works), work.piecesLeft()));
    double cost = work.cost(taken);
    queue.take(turn, cost);
    return new BatchShare(work, taken, cost);
  }

  private void work(BatchShare share) {
    boolean more = false;
    try {
      more = share.work.perform(share.rows, () -> pause(share));
    } catch (RuntimeException | Error e) { // a fault of the work itself: Work must not throw
      LOG.error("work failed", e);
    } finally {
      Thread.interrupted(); // clears an interrupt meant for the work
      putBack(share, more);
    }
  }

  private synchronized void putBack(BatchShare share, boolean more) {
    running.remove(share);
    if (share.held) {
      free += share.rows;
    }
    throughput.done(share.cost);
    tellChanged();
    if (more && state != State.CLOSED) {
      enqueue(share.work); // admitted before, so the capacity does not apply
    }
    dispatch();
    notifyAll();
  }

  private void enqueue(Work work) {
    queue.add(work, null, isActive(work.owner()));
    tellChanged();
  }

  private boolean isActive(String owner) {
    return queue.sizeOf(owner) > 0
        || running.stream().anyMatch(share -> share.work.owner().equals(owner));
  }

  /**
   * Called between two steps: yields the rows if other work is due, and waits for the next turn.
   */
  private synchronized void pause(BatchShare share) {
    if (!share.held || !isToYield(share)) {
      return;
    }
    queue.add(share.work, share, true);
    running.remove(share);
    share.held = false;
    free += share.rows;
    dispatch();
    tellChanged();
    boolean interrupted = false;
    while (!share.held && !share.dropped && state != State.CLOSED) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // restored below, for the next step
      }
    }
    share.since = System.nanoTime();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isToYield(BatchShare share) {
    if (free > 0 || System.nanoTime() - share.since < SLICE.toNanos()) {
      return false;
    }
    Optional<Work> next = queue.next().map(Turn::work);
    return next.isPresent() && goesBefore(next.get(), share);
  }

  private boolean goesBefore(Work next, BatchShare share) {
    Work work = share.work;
    if (next.rank() != work.rank()) {
      return next.rank() > work.rank();
    }
    return next.owner().equals(work.owner())
        ? next.cost(1) * FAR_SMALLER < share.cost
        : queue.served(next.owner()) < queue.served(work.owner());
  }

  /** Returns the expected time until one of the owner's queued requests leaves the queue. */
  private Duration retryDelay(int own) {
    Duration delay = backlog().orElse(SHORTEST_RETRY).dividedBy(Math.max(1, own));
    if (delay.compareTo(SHORTEST_RETRY) < 0) {
      return SHORTEST_RETRY;
    }
    return delay.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : delay;
  }

  /** The recent throughput of a busy server, as a moving average. Not thread-safe. */
  private static final class Throughput {
    /** The weight of earlier measurements at each new one. */
    private static final double MEMORY = 0.9;

    private double cost;
    private double seconds;
    private long since;

    /** Starts the measurement after an idle time. */
    void begin() {
      since = System.nanoTime();
    }

    /** Records finished work, by its cost in megapixel steps. */
    void done(double doneCost) {
      long now = System.nanoTime();
      cost = MEMORY * cost + doneCost;
      seconds = MEMORY * seconds + 1e-9 * (now - since);
      since = now;
    }

    /** Returns the time of work of this cost in all rows together; empty before any was done. */
    Optional<Duration> timeOf(double otherCost) {
      return cost > 0
          ? Optional.of(Duration.ofNanos((long) (1e9 * otherCost * seconds / cost)))
          : Optional.empty();
    }
  }
}
