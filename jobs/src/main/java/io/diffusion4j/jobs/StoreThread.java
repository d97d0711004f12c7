package io.diffusion4j.jobs;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that works on a store until the store is closed. Work that fails is logged and ends; the
 * next turn may find a disk with room again.
 */
final class StoreThread implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(StoreThread.class);

  /** The time between two turns. */
  static final long PERIOD_MILLIS = 1000;

  private final String name;
  private final JobStore store;
  private final ScheduledExecutorService thread;

  /** Creates a thread, not started yet. */
  StoreThread(String name, JobStore store) {
    this.name = name;
    this.store = store;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            new ThreadFactoryBuilder().setNameFormat(name).setDaemon(true).build());
  }

  /**
   * Starts.
   *
   * @param turn run every second
   * @param end run once the store is closed, instead of a turn
   */
  void begin(Runnable turn, Runnable end) {
    var unused =
        thread.scheduleWithFixedDelay(
            () -> {
              if (store.isClosed()) {
                thread.shutdown();
                end.run();
              } else {
                guarded(turn);
              }
            },
            0,
            PERIOD_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void execute(Runnable work) {
    thread.execute(() -> guarded(work));
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error("{}: {}", name, e.getMessage(), e);
    }
  }
}
