package io.diffusion4j.cli.console;

import io.diffusion4j.nn.train.TrainingRun;
import org.jspecify.annotations.Nullable;

/**
 * Ends a training run gracefully on SIGTERM or SIGINT: the current step is finished and the state
 * saved before the process exits.
 */
public final class StopOnSignal implements AutoCloseable {
  private final Thread hook = new Thread(this::stop, "stop");
  private @Nullable TrainingRun run;

  /** Creates a handler without a run; signals end the process as usual. */
  public StopOnSignal() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Registers a run to save. */
  public synchronized void begin(TrainingRun started) {
    run = started;
  }

  /** Unregisters the run. */
  public synchronized void end() {
    run = null;
    notifyAll();
  }

  private synchronized void stop() {
    if (run != null) {
      run.stop();
    }
    try {
      while (run != null) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the process goes at once
    }
  }

  @Override
  public void close() {
    end();
    forget(hook);
  }

  /** Removes a shutdown hook. */
  public static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is running already and cannot be removed.
    }
  }
}
