package io.diffusion4j.cli.console;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A bar for logs: a line at the end, and one every ten seconds until then. */
final class LineBar implements ProgressBars.Bar {
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(10);

  private final PrintWriter out;
  private final String name;
  private final long from;
  private final long steps;
  private final long start = System.nanoTime();
  private long printed = start;

  LineBar(PrintWriter out, String name, long from, long steps) {
    this.out = out;
    this.name = name;
    this.from = from;
    this.steps = steps;
  }

  @Override
  public void at(long step, String note) {
    long now = System.nanoTime();
    boolean isLast = step == steps;
    boolean isDue = isLast ? step > from : now - printed >= INTERVAL;
    if (!isDue) {
      return;
    }
    printed = now;
    out.printf(
        Locale.ROOT,
        "%s: %d/%d, %.1f s%s%n",
        name,
        step,
        steps,
        1e-9 * (now - start),
        note.isEmpty() ? "" : ", " + note);
    out.flush();
  }

  @Override
  public void close() {}
}
