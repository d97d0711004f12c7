package io.diffusion4j.cli.console;

/** What is done when the process is told to end (SIGINT, SIGTERM). */
public final class Signals {
  private Signals() {}

  /** Takes back a shutdown hook that is not needed any more. */
  public static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs already, and there is nothing to take back.
    }
  }
}
