package io.diffusion4j.distributed;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Aborts operations that take too long. TensorFlow's own time limits leave two threads asleep for
 * each collective until they have passed, which ends a process after some thousand steps.
 */
final class Watchdog {
  private static final long LOOK_MILLIS = 50;

  private record Deadline(long nanos, Duration allowed) {}

  private volatile Deadline deadline = none();
  private final Consumer<Duration> abort;

  /** Starts a daemon thread. */
  Watchdog(Consumer<Duration> abort) {
    this.abort = abort;
    var thread = new Thread(this::watch, "peers");
    thread.setDaemon(true);
    thread.start();
  }

  private static Deadline none() {
    return new Deadline(0, Duration.ZERO);
  }

  /** Runs an action, and aborts it after the time limit; one at a time. */
  void limit(Duration allowed, Runnable work) {
    deadline = new Deadline(System.nanoTime() + allowed.toNanos(), allowed);
    try {
      work.run();
    } finally {
      deadline = none();
    }
  }

  private void watch() {
    long aborted = 0;
    try {
      while (true) {
        Thread.sleep(LOOK_MILLIS);
        var now = deadline;
        boolean isOver = !now.allowed.isZero() && System.nanoTime() - now.nanos > 0;
        if (isOver && now.nanos != aborted) {
          aborted = now.nanos;
          abort.accept(now.allowed);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does
    }
  }
}
