package io.diffusion4j.serving.jobs;

import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.events.ServingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The bounded queue of jobs and the rows in which their images are drawn.
 *
 * <p>Each image that is being drawn has a row of the calls of the network. A row that is free is
 * taken at once by the first job that waits, however few are free, and however long the other rows
 * are going to need. A job takes as many as its share of a batch is, draws as many images, and goes
 * to the end of the queue with what is left of it, so that a request for many images does not keep
 * out those who want one. Higher priorities go first.
 */
public final class JobScheduler {
  private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

  private final int rows;
  private final int capacity;
  private final ServingListener listener;

  // What follows is guarded by this.
  private final PriorityQueue<Turn> waiting = new PriorityQueue<>(Turn.ORDER);
  private final Set<Job> running = new HashSet<>();
  private int free; // rows
  private long turns;
  private double batchSeconds;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    DRAINING,
    CLOSED
  }

  /** The rows that a job has. */
  private record Share(Job job, int rows) {}

  /** A job's place in the queue. */
  private record Turn(Job job, long number) {
    static final Comparator<Turn> ORDER =
        Comparator.comparingInt((Turn turn) -> turn.job().rank())
            .reversed()
            .thenComparingLong(Turn::number);
  }

  /**
   * Starts a worker for each row.
   *
   * @param rows how many images are drawn at once
   * @param capacity how many jobs may wait
   * @param listener told how many wait
   */
  public JobScheduler(int rows, int capacity, ServingListener listener) {
    this.rows = rows;
    this.free = rows;
    this.capacity = capacity;
    this.listener = listener;
    for (int i = 1; i <= rows; i++) {
      Thread worker = new Thread(this::work, "diffusion-worker-" + i);
      worker.setDaemon(true);
      worker.start();
    }
  }

  /** Puts a new job into the queue. */
  synchronized void submit(Job job) {
    requireRoom();
    enqueue(job);
  }

  /** Returns normally if a job may be put into the queue now. */
  synchronized void requireRoom() {
    if (state != State.OPEN) {
      throw Errors.draining();
    }
    if (waiting.size() >= capacity) {
      throw Errors.queueFull(waiting.size(), retryDelay());
    }
  }

  /** How many jobs are ahead of this one; 0 if it does not wait. */
  synchronized int position(Job job) {
    return waiting.stream()
        .filter(turn -> turn.job() == job)
        .findFirst()
        .map(turn -> waiting.stream().filter(t -> Turn.ORDER.compare(t, turn) < 0).count())
        .orElse(0L)
        .intValue();
  }

  /**
   * How much later a new job ends for what is ahead of it, if one turn of each is drawn at the best
   * pace so far. In several rows those ahead need not be done when the job is; but they were there
   * before, and have taken as many steps.
   */
  synchronized Duration leastDelay(Job job) {
    int share = share(job, 1 + waiting.size() + running.size());
    Duration own = job.leastTime(1);
    Duration delay = Duration.ZERO;
    for (Turn turn : waiting) {
      if (turn.job().rank() >= job.rank()) {
        int images = Math.min(share, turn.job().imagesLeft());
        Duration all = turn.job().leastTime(images);
        Duration beside = own.multipliedBy(images);
        delay = delay.plus(rows == 1 || all.compareTo(beside) < 0 ? all : beside);
      }
    }
    return delay;
  }

  /** How many rows a job may have that is one of so many. */
  private static int share(Job job, int jobs) {
    return (job.mostAtOnce() + jobs - 1) / jobs;
  }

  /** Takes a job out of the queue, if it waits there. */
  synchronized void remove(Job job) {
    waiting.removeIf(turn -> turn.job() == job);
    listener.queueChanged(waiting.size());
    notifyAll();
  }

  /**
   * Ends in good order: jobs that have not begun fail at once, the others go on until they are done
   * or the grace is over, and fail then.
   */
  public void shutdown(Duration grace) throws InterruptedException {
    List<Job> dropped = new ArrayList<>();
    synchronized (this) {
      if (state == State.OPEN) {
        state = State.DRAINING;
      }
      for (Turn turn : List.copyOf(waiting)) {
        if (!turn.job().hasBegun()) {
          waiting.remove(turn);
          dropped.add(turn.job());
        }
      }
      listener.queueChanged(waiting.size());
    }
    dropped.forEach(job -> job.story().stop(Errors.draining()));
    awaitIdle(grace).forEach(job -> job.story().stop(Errors.draining()));
    synchronized (this) {
      state = State.CLOSED;
      notifyAll();
    }
  }

  /** Waits until nothing runs or waits; returns the jobs of which that is not true in time. */
  private List<Job> awaitIdle(Duration grace) throws InterruptedException {
    long end = System.nanoTime() + grace.toNanos();
    synchronized (this) {
      for (long left = grace.toNanos();
          left > 0 && !(running.isEmpty() && waiting.isEmpty());
          left = end - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
      List<Job> unfinished = new ArrayList<>(running);
      waiting.forEach(turn -> unfinished.add(turn.job()));
      waiting.clear();
      listener.queueChanged(0);
      return unfinished;
    }
  }

  private void work() {
    for (Share share = take(); share != null; share = take()) {
      long start = System.nanoTime();
      boolean more = share.job().draw(share.rows());
      putBack(share, more, (System.nanoTime() - start) / 1e9);
    }
  }

  /** Rows for the next job; null when there will be no more. */
  private synchronized @Nullable Share take() {
    while ((waiting.isEmpty() || free == 0) && state != State.CLOSED) {
      try {
        wait();
      } catch (InterruptedException e) {
        // A worker ends with its scheduler, whatever drew on it and interrupted it.
      }
    }
    int jobs = waiting.size() + running.size();
    Turn next = waiting.poll();
    if (next == null) {
      return null;
    }
    listener.queueChanged(waiting.size());
    Job job = next.job();
    int taken = Math.min(free, Math.min(share(job, jobs), job.imagesLeft()));
    free -= taken;
    running.add(job);
    return new Share(job, taken);
  }

  private synchronized void putBack(Share share, boolean more, double seconds) {
    running.remove(share.job());
    free += share.rows();
    batchSeconds = batchSeconds == 0 ? seconds : 0.8 * batchSeconds + 0.2 * seconds;
    if (more) {
      enqueue(share.job()); // beyond the capacity if need be: it was admitted once
    }
    notifyAll();
  }

  private void enqueue(Job job) {
    waiting.add(new Turn(job, turns++));
    listener.queueChanged(waiting.size());
    notifyAll();
  }

  /** When the queue will have moved on by one, as batches went lately. */
  private Duration retryDelay() {
    Duration delay = Duration.ofMillis((long) (1000 * batchSeconds / Math.max(1, running.size())));
    if (delay.compareTo(SHORTEST_RETRY) < 0) {
      return SHORTEST_RETRY;
    }
    return delay.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : delay;
  }
}
