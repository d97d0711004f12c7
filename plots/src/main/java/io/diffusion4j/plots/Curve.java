package io.diffusion4j.plots;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Points of a chart under one name in the legend.
 *
 * @param name in the legend
 * @param look how they are drawn
 * @param points in the order in which a line meets them
 */
public record Curve(String name, Look look, List<Point> points) {
  public Curve {
    points = List.copyOf(points);
  }

  public record Point(double x, double y) {}

  /**
   * How points are drawn. Colours and shapes are numbered, and begin again when there are no more.
   *
   * @param kind line, markers or both
   * @param color curves of one colour belong together
   * @param shape of the dashes and of the markers, so that a print without colours can be read
   */
  public record Look(Kind kind, int color, int shape) {
    public enum Kind {
      LINE,
      MARKERS,
      BOTH
    }

    /** The i-th line. */
    public static Look line(int i) {
      return new Look(Kind.LINE, i, i);
    }

    /** The i-th line, with its points marked. */
    public static Look markedLine(int i) {
      return new Look(Kind.BOTH, i, i);
    }

    /** Marks on the {@code color}-th line. */
    public static Look markers(int color, int shape) {
      return new Look(Kind.MARKERS, color, shape);
    }
  }

  /** A function of the numbers from {@code from} to {@code to} − 1. */
  static List<Point> points(int from, int to, IntToDoubleFunction y) {
    return IntStream.range(from, to).mapToObj(x -> new Point(x, y.applyAsDouble(x))).toList();
  }
}
