package io.diffusion4j.nn.train.group;

import io.diffusion4j.diffusion.argument.Check;
import java.util.List;

/**
 * Consecutive rows of a batch.
 *
 * @param from the first row
 * @param to the row after the last
 */
public record RowRange(int from, int to) {
  public RowRange {
    Check.that(from >= 0 && from < to, "share", from + " to " + to, "at least one row");
  }

  /** Returns one of several shares of about the same size. */
  public static RowRange of(int rows, int part, int parts) {
    return new RowRange(
        Math.toIntExact((long) rows * part / parts),
        Math.toIntExact((long) rows * (part + 1) / parts));
  }

  /**
   * Returns one of several shares that are subtrees of the tree of {@link Round}: if the number of
   * processes is a power of two all shares have one size, otherwise some have twice as many rows.
   *
   * @param rows the number of rows in all, a power of two
   * @param parts the number of parts, at most {@code rows}
   */
  public static RowRange ofTree(int rows, int part, int parts) {
    int from = 0;
    int to = rows;
    int first = 0;
    int last = parts;
    while (last - first > 1 && to - from > 1) {
      int middle = first + Round.half(last - first);
      int half = from + Round.half(to - from);
      if (part < middle) {
        last = middle;
        to = half;
      } else {
        first = middle;
        from = half;
      }
    }
    Check.that(last - first == 1, "processes", parts, "at most %d", rows);
    return new RowRange(from, to);
  }

  /**
   * Returns the values of these rows.
   *
   * @param values one for each row of a share that contains this one
   */
  public <T> List<T> pick(List<T> values, RowRange all) {
    return values.subList(from - all.from, to - all.from);
  }

  /** Returns the values of these rows among those of a whole batch. */
  public <T> List<T> rowsOf(List<T> whole) {
    return whole.subList(from, to);
  }

  /** Returns the number of rows. */
  public int count() {
    return to - from;
  }
}
