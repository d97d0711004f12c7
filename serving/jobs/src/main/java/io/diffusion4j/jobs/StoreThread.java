package io.diffusion4j.jobs;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that works on a store and ends before the store is closed. Work that fails is logged and
 * ends; the next turn may find a disk with room again. A failure that repeats is logged once.
 */
final class StoreThread implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(StoreThread.class);

  /** The time between two turns. */
  static final long PERIOD_MILLIS = 1000;

  private static final Duration LONGEST_END = Duration.ofSeconds(10);

  private final String name;
  private final ScheduledThreadPoolExecutor thread;
  private final Runnable turn;
  private String failure = "";

  /**
   * Starts a thread.
   *
   * @param turn run every second
   */
  StoreThread(String name, JobStore store, Runnable turn) {
    this.name = name;
    this.turn = turn;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            new ThreadFactoryBuilder().setNameFormat(name).setDaemon(true).build(),
            new ThreadPoolExecutor.DiscardPolicy()); // the next process finds the job in the store
    store.beforeClose(this::end);
  }

  /** Starts the turns. */
  void begin() {
    var unused =
        thread.scheduleWithFixedDelay(() -> run(turn), 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Runs a turn now. */
  void wake() {
    execute(turn);
  }

  /** Runs work, unless the thread has ended. */
  @Override
  public void execute(Runnable work) {
    thread.execute(() -> run(work));
  }

  /** Ends the thread after the work that it was given. */
  private void end() {
    thread.shutdown();
    if (!Uninterruptibles.awaitTerminationUninterruptibly(thread, LONGEST_END)) {
      LOG.warn("{}: still at work after {}", name, LONGEST_END);
    }
  }

  private void run(Runnable work) {
    try {
      work.run();
      failure = work == turn ? "" : failure;
    } catch (JobStoreException e) {
      String message = String.valueOf(e.getMessage());
      if (!message.equals(failure)) {
        failure = message;
        LOG.error("{}: {}; it is tried again every second", name, message);
      }
    } catch (RuntimeException e) {
      LOG.error("{}: {}", name, e.getMessage(), e);
    }
  }
}
