package io.diffusion4j.plots;

import java.awt.geom.Point2D;
import java.util.List;

/** A mark in a {@link Plane}, in the plane's coordinates; colours are numbered as in charts. */
public sealed interface Mark {
  /**
   * Round dots.
   *
   * @param radius the radius in pixels
   */
  record Dots(List<Point2D> points, double radius, int color) implements Mark {
    public Dots {
      points = List.copyOf(points);
    }
  }

  /** A line through points. */
  record Line(List<Point2D> points, int color) implements Mark {
    public Line {
      points = List.copyOf(points);
    }
  }

  /** An arrow. */
  record Arrow(Point2D from, Point2D to, int color) implements Mark {}
}
