package io.diffusion4j.cli.console;

import java.io.PrintWriter;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows how far work is: as a bar on a terminal, as a line now and then in a log.
 *
 * <p>Whether there is a terminal is known to the launcher, which says so in a system property; Java
 * 17 cannot tell for the error stream. A terminal that is {@code dumb} gets lines, and one where
 * {@code NO_COLOR} is set a bar without colours.
 */
public interface Bars {
  /** Work that is under way. */
  interface Bar extends AutoCloseable {
    /**
     * So much is done.
     *
     * @param step how many steps are done
     * @param note what else there is to say
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
   * @param steps in all
   */
  Bar bar(String name, long from, long steps);

  /** For where the error stream goes. */
  static Bars of(PrintWriter err) {
    return of(err, Boolean.getBoolean("diffusion4j.terminal"), System.getenv());
  }

  /** The same on a terminal or not, with these variables of the environment. */
  static Bars of(PrintWriter err, boolean isTerminal, Map<String, String> environment) {
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
