package io.diffusion4j.plots;

import io.diffusion4j.diffusion.argument.Check;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/**
 * Planes side by side, in rows.
 *
 * @param planes the planes, at least one
 * @param columns planes per row, at least 1
 */
public record Planes(List<Plane> planes, int columns) implements ChartDrawing {
  private static final int SIDE = 260;
  private static final int GAP = 12;
  private static final int TITLE = 22;
  private static final int FONT_SIZE = 14;
  private static final double HEAD = 4;
  private static final float THIN = 0.9f;
  private static final Color FRAME = new Color(0xC8C8C8);
  private static final Color TEXT = new Color(0x202020);

  public Planes {
    planes = List.copyOf(planes);
    Check.that(!planes.isEmpty(), "planes", "none", "at least one");
    Check.that(columns >= 1, "columns", columns, "≥ 1");
  }

  /** Puts all planes in one row. */
  public static Planes row(List<Plane> planes) {
    return new Planes(planes, Math.max(1, planes.size()));
  }

  @Override
  public int width() {
    return GAP + Math.min(columns, planes.size()) * (SIDE + GAP);
  }

  @Override
  public int height() {
    int rows = (planes.size() + columns - 1) / columns;
    return GAP + rows * (TITLE + SIDE + GAP);
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width(), height());
    for (int i = 0; i < planes.size(); i++) {
      int left = GAP + i % columns * (SIDE + GAP);
      int top = GAP + i / columns * (TITLE + SIDE + GAP);
      paint(graphics, planes.get(i), left, top);
    }
  }

  private static void paint(Graphics2D graphics, Plane plane, int left, int top) {
    graphics.setColor(TEXT);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
    graphics.drawString(plane.title(), left, top + FONT_SIZE);
    var square = (Graphics2D) graphics.create();
    try {
      square.translate(left, top + TITLE);
      square.setStroke(new BasicStroke(1));
      square.setColor(FRAME);
      square.draw(new Rectangle2D.Double(0, 0, SIDE, SIDE));
      square.clip(new Rectangle2D.Double(0, 0, SIDE, SIDE));
      square.setStroke(new BasicStroke(THIN, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      plane.marks().forEach(mark -> paint(square, mark, plane.range()));
    } finally {
      square.dispose();
    }
  }

  private static void paint(Graphics2D square, Mark mark, double range) {
    if (mark instanceof Mark.Dots dots) {
      square.setColor(Painter.color(dots.color()));
      double size = 2 * dots.radius();
      for (Point2D point : dots.points()) {
        Point2D at = pixel(point, range);
        square.fill(
            new Ellipse2D.Double(at.getX() - dots.radius(), at.getY() - dots.radius(), size, size));
      }
    } else if (mark instanceof Mark.Line line) {
      square.setColor(Painter.color(line.color()));
      var path = new Path2D.Double();
      for (int i = 0; i < line.points().size(); i++) {
        Point2D at = pixel(line.points().get(i), range);
        if (i == 0) {
          path.moveTo(at.getX(), at.getY());
        } else {
          path.lineTo(at.getX(), at.getY());
        }
      }
      square.draw(path);
    } else if (mark instanceof Mark.Arrow arrow) {
      square.setColor(Painter.color(arrow.color()));
      arrow(square, pixel(arrow.from(), range), pixel(arrow.to(), range));
    }
  }

  private static void arrow(Graphics2D square, Point2D from, Point2D to) {
    square.draw(new Line2D.Double(from, to));
    double length = from.distance(to);
    if (length < HEAD) { // the shaft is shorter than its head
      return;
    }
    double dx = (to.getX() - from.getX()) / length * HEAD;
    double dy = (to.getY() - from.getY()) / length * HEAD;
    var head = new Path2D.Double();
    head.moveTo(to.getX(), to.getY());
    head.lineTo(to.getX() - dx - dy / 2, to.getY() - dy + dx / 2);
    head.lineTo(to.getX() - dx + dy / 2, to.getY() - dy - dx / 2);
    head.closePath();
    square.fill(head);
  }

  private static Point2D pixel(Point2D point, double range) {
    double scale = SIDE / (2 * range);
    return new Point2D.Double(SIDE / 2.0 + point.getX() * scale, SIDE / 2.0 - point.getY() * scale);
  }
}
