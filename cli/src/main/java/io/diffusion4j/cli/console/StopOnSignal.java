package io.diffusion4j.cli.console;

import io.diffusion4j.nn.train.TrainingRun;
import org.jspecify.annotations.Nullable;

/**
 * Ends a training run in good order when the process is told to end: the present step is finished,
 * the state is saved, and only then the process goes.
 */
public final class StopOnSignal implements AutoCloseable {
  private final Thread hook = new Thread(this::stop, "stop");
  private @Nullable TrainingRun run;

  public StopOnSignal() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** From now on there is something to save. */
  public synchronized void begin(TrainingRun started) {
    run = started;
  }

  /** There is nothing to save any more. */
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

  /** Takes back a shutdown hook that is not needed any more. */
  public static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs already, and there is nothing to take back.
    }
  }
}
