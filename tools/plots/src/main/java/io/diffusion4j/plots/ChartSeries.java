package io.diffusion4j.plots;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Points of a chart under one name in the legend.
 *
 * @param name the name in the legend
 * @param look how the points are drawn
 * @param points the points in the order of the line
 */
public record ChartSeries(String name, Look look, List<Point> points) {
  public ChartSeries {
    points = List.copyOf(points);
  }

  public record Point(double x, double y) {}

  /**
   * The style of a curve's points. Colours and shapes are numbered cyclically.
   *
   * @param kind line, markers or both
   * @param color curves of one colour belong together
   * @param shape the shape of the dashes and of the markers, so that a print without colours can be
   *     read
   */
  public record Look(Kind kind, int color, int shape) {
    public enum Kind {
      LINE,
      MARKERS,
      BOTH
    }

    /** Returns the look of the i-th line. */
    public static Look line(int i) {
      return new Look(Kind.LINE, i, i);
    }

    /** Returns the look of the i-th line with marked points. */
    public static Look markedLine(int i) {
      return new Look(Kind.BOTH, i, i);
    }

    /** Returns the look of marks on the {@code color}-th line. */
    public static Look markers(int color, int shape) {
      return new Look(Kind.MARKERS, color, shape);
    }
  }

  /** Samples a function at the integers from {@code from} to {@code to} − 1. */
  static List<Point> points(int from, int to, IntToDoubleFunction y) {
    return IntStream.range(from, to).mapToObj(x -> new Point(x, y.applyAsDouble(x))).toList();
  }
}
