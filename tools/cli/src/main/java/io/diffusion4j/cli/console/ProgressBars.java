package io.diffusion4j.cli.console;

import java.io.PrintWriter;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows the progress of work: as a bar on a terminal, as occasional lines in a log.
 *
 * <p>The launcher detects a terminal and sets a system property, since Java 17 cannot detect one
 * for the error stream. A {@code dumb} terminal gets lines, and {@code NO_COLOR} gives a bar
 * without colours.
 */
public interface ProgressBars {
  /** Work that is under way. */
  interface Bar extends AutoCloseable {
    /**
     * Updates the progress.
     *
     * @param step the number of steps done
     * @param note additional text
     */
    void at(long step, String note);

    /** The bar is left as it is. */
    @Override
    void close();
  }

  /**
   * Begins some work.
   *
   * @param name one or two words
   * @param from steps done before
   * @param steps the number of steps in all
   */
  Bar bar(String name, long from, long steps);

  /** Creates bars for the error stream. */
  static ProgressBars of(PrintWriter err) {
    return of(err, Boolean.getBoolean("diffusion4j.terminal"), System.getenv());
  }

  /** Creates bars for a terminal or a log, with these environment variables. */
  static ProgressBars of(PrintWriter err, boolean isTerminal, Map<String, String> environment) {
    if (!isTerminal || "dumb".equals(environment.get("TERM"))) {
      return (name, from, steps) -> new LineBar(err, name, from, steps);
    }
    String noColor = environment.getOrDefault("NO_COLOR", "");
    ProgressBarStyle style =
        noColor.isEmpty() ? ProgressBarStyle.COLORFUL_UNICODE_BAR : ProgressBarStyle.UNICODE_BLOCK;
    return (name, from, steps) -> onTerminal(style, name, from, steps);
  }

  private static Bar onTerminal(ProgressBarStyle style, String name, long from, long steps) {
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(String.format("%-14s", name))
            .setInitialMax(steps)
            .startsFrom(from, java.time.Duration.ZERO)
            .setStyle(style)
            .setUpdateIntervalMillis(200)
            .build();
    return new Bar() {
      @Override
      public void at(long step, String note) {
        bar.setExtraMessage(note);
        bar.stepTo(step);
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }
}
