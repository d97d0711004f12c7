package io.diffusion4j.serving.jobs;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.events.ServingListener;
import io.diffusion4j.serving.jobs.FairQueue.Turn;
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
 * The bounded queue of work, and the rows in which its batches run.
 *
 * <p>Each image that is being drawn has a row of the calls of the network. A row that is free is
 * taken at once by the work that is next in the {@link FairQueue}, however few are free, and
 * however long the other rows are going to need. A job takes as many as its share of a batch is,
 * draws as many images, and goes to the end of the queue with what is left of it, so that a request
 * for many images does not keep out those who want one.
 *
 * <p>Between two steps a batch gives its rows to work that is more urgent, whose owner was served
 * less, or that is far smaller, and goes on when it is its turn again.
 */
public final class JobScheduler {
  private static final Logger LOG = LoggerFactory.getLogger(JobScheduler.class);
  private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(10);

  /** The time for which a batch keeps its rows before others get them. */
  private static final Duration SLICE = Duration.ofMillis(200);

  /** Work of the same owner goes before a batch that costs so many times as much. */
  private static final double FAR_SMALLER = 4;

  private final int rows;
  private final int capacity;
  private final Predicate<ImagePipeline> served;
  private final ServingListener listener;
  private final ThreadPoolExecutor threads;

  // What follows is guarded by this.
  private final FairQueue queue = new FairQueue();
  private final Set<Share> running = new HashSet<>();
  private final Throughput throughput = new Throughput();
  private int free; // rows; below 0 when a batch went on that needs more than there were
  private State state = State.OPEN;

  private enum State {
    OPEN,
    DRAINING,
    CLOSED
  }

  /**
   * A scheduler without work, with a thread for each row.
   *
   * @param rows how many images are drawn at once
   * @param capacity how much work of each owner may wait
   * @param served whether work of a model is accepted now
   * @param listener notified of how much waits
   */
  public JobScheduler(
      int rows, int capacity, Predicate<ImagePipeline> served, ServingListener listener) {
    this.rows = rows;
    this.free = rows;
    this.capacity = capacity;
    this.served = served;
    this.listener = listener;
    threads = // one for each row, and others while batches are parked
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
   * Puts new work into the queue.
   *
   * @throws io.grpc.StatusRuntimeException if its owner has too many requests in the queue, its
   *     model was removed, or the server is shutting down
   */
  public synchronized void submit(Work work) {
    requireRoom(work.owner());
    if (!served.test(work.model())) {
      throw Errors.modelUnloaded(work.model().card().name());
    }
    enqueue(work);
    dispatch();
  }

  /** Returns normally if work of this owner may be put into the queue now. */
  synchronized void requireRoom(String owner) {
    if (state != State.OPEN) {
      throw Errors.draining();
    }
    int own = queue.sizeOf(owner);
    if (own >= capacity) {
      throw Errors.queueFull(own, retryDelay(own));
    }
  }

  /** How much work is ahead of this; 0 if it does not wait. */
  synchronized int position(Work work) {
    return queue.ahead(work);
  }

  /**
   * How much later new work ends for what is ahead of it, if one turn of each is done at the best
   * pace so far. With several rows, work ahead may end later than this work; but it started
   * earlier, and has taken as many steps.
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
   * How long all that waits and runs takes, as work went lately; empty before any was done. At most
   * that long work waits that is submitted now.
   */
  public synchronized Optional<Duration> backlog() {
    double cost = running.stream().mapToDouble(share -> share.cost).sum();
    for (Turn turn : queue.waiting()) {
      Share parked = turn.parked();
      cost += turn.work().cost(turn.work().piecesLeft()) + (parked == null ? 0 : parked.cost);
    }
    return throughput.timeOf(cost);
  }

  private void tellChanged() {
    listener.queueChanged(queue.size());
    listener.backlogChanged(backlog().orElse(Duration.ZERO));
  }

  /** How many rows work may have that is one of so many. */
  private static int share(Work work, int works) {
    return (work.mostAtOnce() + works - 1) / works;
  }

  /** Takes work out of the queue, if it waits there. */
  public synchronized void remove(Work work) {
    drop(queue.remove(turn -> turn.work() == work));
    tellChanged();
    dispatch();
  }

  private void drop(List<Turn> turns) {
    for (Turn turn : turns) {
      Share parked = turn.parked();
      if (parked != null) {
        parked.dropped = true;
      }
    }
    notifyAll();
  }

  /**
   * Ends in good order: work that has not begun fails at once, the other goes on until it is done
   * or the grace is over, and fails then.
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
    dropped.forEach(turn -> turn.work().stop(Errors.draining()));
    awaitIdle(grace).forEach(work -> work.stop(Errors.draining()));
    synchronized (this) {
      state = State.CLOSED;
      drop(queue.remove(turn -> true)); // wakes who waits for a model, too
    }
    threads.shutdown();
  }

  /**
   * Waits until no work of this model waits or runs. Called for a removed model, for which no more
   * work is accepted.
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

  /** Waits until no work runs or waits; returns the work that is left at the deadline. */
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

  /** Gives rows that are free to who is next. */
  private void dispatch() {
    while (free > 0 && state != State.CLOSED) {
      Optional<Turn> next = queue.next();
      if (next.isEmpty()) {
        return;
      }
      if (running.isEmpty()) {
        throughput.begin();
      }
      Share share = take(next.get());
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

  private Share take(Turn turn) {
    Share parked = turn.parked();
    if (parked != null) {
      queue.resume(turn);
      return parked;
    }
    Work work = turn.work();
    int works = queue.size() + running.size();
    int taken = Math.min(free, Math.min(share(work, works), work.piecesLeft()));
    double cost = work.cost(taken);
    queue.take(turn, cost);
    return new Share(work, taken, cost);
  }

  private void work(Share share) {
    boolean more = false;
    try {
      more = share.work.perform(share.rows, () -> pause(share));
    } catch (RuntimeException | Error e) { // which work is to keep to itself
      LOG.error("work failed", e);
    } finally {
      Thread.interrupted(); // whatever was done on this thread and interrupted it
      putBack(share, more);
    }
  }

  private synchronized void putBack(Share share, boolean more) {
    running.remove(share);
    if (share.held) {
      free += share.rows;
    }
    throughput.done(share.cost);
    tellChanged();
    if (more && state != State.CLOSED) {
      enqueue(share.work); // beyond the capacity if need be: it was admitted once
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

  /** Between two steps: gives the rows to others for whom it is time, and waits for its turn. */
  private synchronized void pause(Share share) {
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
        interrupted = true; // the step that comes sees it
      }
    }
    share.since = System.nanoTime();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isToYield(Share share) {
    if (free > 0 || System.nanoTime() - share.since < SLICE.toNanos()) {
      return false;
    }
    Optional<Work> next = queue.next().map(Turn::work);
    return next.isPresent() && goesBefore(next.get(), share);
  }

  private boolean goesBefore(Work next, Share share) {
    Work work = share.work;
    if (next.rank() != work.rank()) {
      return next.rank() > work.rank();
    }
    return next.owner().equals(work.owner())
        ? next.cost(1) * FAR_SMALLER < share.cost
        : queue.served(next.owner()) < queue.served(work.owner());
  }

  /** When one of so many that wait will have left the queue, as work went lately. */
  private Duration retryDelay(int own) {
    Duration delay = backlog().orElse(SHORTEST_RETRY).dividedBy(Math.max(1, own));
    if (delay.compareTo(SHORTEST_RETRY) < 0) {
      return SHORTEST_RETRY;
    }
    return delay.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : delay;
  }
}
