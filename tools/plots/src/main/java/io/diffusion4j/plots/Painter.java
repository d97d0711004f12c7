package io.diffusion4j.plots;

import io.diffusion4j.plots.ChartSeries.Look;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws charts with XChart, one below the other. No other class uses XChart. */
final class Painter {
  /** The size of one chart, in screen pixels. */
  static final int WIDTH = 860;

  static final int HEIGHT = 440;

  /** Colours for all kinds of colour vision (Okabe &amp; Ito 2008), without the yellow. */
  private static final List<Color> COLORS =
      IntStream.of(0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000)
          .mapToObj(Color::new)
          .toList();

  private static final List<float[]> DASHES =
      List.of(new float[][] {{1, 0}, {8, 4}, {2, 3}, {9, 3, 2, 3}, {14, 5}});

  private static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_DOWN,
          SeriesMarkers.CROSS);

  private static final Color GRID = new Color(0xD0D0D0);

  /** Approximate; the legend needs the rest. */
  private static final int PLOT_WIDTH = 640;

  private static final int PLOT_HEIGHT = 350;

  /** The largest distance of a curve's points, in pixels. */
  private static final double FINE = 4;

  private static final float LINE_WIDTH = 1.8f;

  /**
   * A logarithmic axis of a smaller span has a number at every tick, because it contains at most
   * two powers of ten.
   */
  private static final double SHORT = 50;

  private Painter() {}

  /** Paints charts one below the other. */
  static ChartDrawing drawing(List<Chart> charts) {
    return new ChartDrawing() {
      @Override
      public int width() {
        return WIDTH;
      }

      @Override
      public int height() {
        return HEIGHT * charts.size();
      }

      @Override
      public void paint(Graphics2D graphics) {
        Painter.paint(graphics, charts);
      }
    };
  }

  /** Returns the i-th colour, cyclically. */
  static Color color(int i) {
    return COLORS.get(i % COLORS.size());
  }

  private static void paint(Graphics2D graphics, List<Chart> charts) {
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, WIDTH, HEIGHT * charts.size());
    for (int i = 0; i < charts.size(); i++) {
      var below = (Graphics2D) graphics.create();
      try {
        below.translate(0, i * HEIGHT);
        below.setClip(0, 0, WIDTH, HEIGHT);
        drawing(charts.get(i)).paint(below, WIDTH, HEIGHT);
      } finally {
        below.dispose();
      }
    }
  }

  private static XYChart drawing(Chart chart) {
    var drawing = new XYChart(WIDTH, HEIGHT);
    drawing.setTitle(chart.title());
    drawing.setXAxisTitle(chart.x().label());
    drawing.setYAxisTitle(chart.y().label());
    style(drawing, chart);
    for (ChartSeries curve : chart.curves()) {
      List<ChartSeries.Point> points =
          isFine(curve) ? dashed(unequal(curve.points()), curve.look(), chart) : curve.points();
      XYSeries series =
          drawing.addSeries(
              curve.name(),
              points.stream().mapToDouble(ChartSeries.Point::x).toArray(),
              points.stream().mapToDouble(ChartSeries.Point::y).toArray());
      style(series, curve.look());
    }
    return drawing;
  }

  /** Whether the points are dense enough for a curve. */
  private static boolean isFine(ChartSeries curve) {
    return curve.look().kind() == Look.Kind.LINE
        && (double) PLOT_WIDTH / curve.points().size() < FINE;
  }

  /**
   * Removes the second point, so that the points are not equally spaced: XChart would otherwise put
   * its ticks on points rather than on round numbers.
   */
  private static List<ChartSeries.Point> unequal(List<ChartSeries.Point> points) {
    List<ChartSeries.Point> others = new ArrayList<>(points);
    others.remove(1);
    return others;
  }

  /**
   * Returns a line with gaps for dashes, measured along the line: XChart restarts its dashes at
   * every point, so a curve of many points would look solid.
   */
  private static List<ChartSeries.Point> dashed(
      List<ChartSeries.Point> points, Look look, Chart chart) {
    float[] dash = dash(look);
    if (dash.length == 2 && dash[1] == 0) {
      return points;
    }
    var x = Scale.of(chart, chart.x(), ChartSeries.Point::x, PLOT_WIDTH);
    var y = Scale.of(chart, chart.y(), ChartSeries.Point::y, PLOT_HEIGHT);
    List<ChartSeries.Point> dashed = new ArrayList<>(List.of(points.get(0)));
    int part = 0;
    double left = dash[0]; // of this part, in pixels
    for (int i = 1; i < points.size(); i++) {
      ChartSeries.Point from = points.get(i - 1);
      ChartSeries.Point to = points.get(i);
      double length = Math.hypot(x.pixels(to) - x.pixels(from), y.pixels(to) - y.pixels(from));
      double at = 0;
      while (length - at > left) {
        at += left;
        double share = at / length;
        var end =
            new ChartSeries.Point(
                from.x() + share * (to.x() - from.x()), from.y() + share * (to.y() - from.y()));
        dashed.add(part % 2 == 0 ? end : new ChartSeries.Point(end.x(), Double.NaN));
        dashed.add(part % 2 == 0 ? new ChartSeries.Point(end.x(), Double.NaN) : end);
        part = (part + 1) % dash.length;
        left = dash[part];
      }
      left -= length - at;
      if (part % 2 == 0) {
        dashed.add(to);
      }
    }
    return dashed;
  }

  /** The scale of an axis, from the values of a chart to approximate pixels. */
  private record Scale(
      ToDoubleFunction<ChartSeries.Point> value, boolean logarithmic, double factor) {
    static Scale of(Chart chart, Axis axis, ToDoubleFunction<ChartSeries.Point> value, int length) {
      var unit = new Scale(value, axis.isLogarithmic(), 1);
      var values =
          chart.curves().stream()
              .flatMap(curve -> curve.points().stream())
              .mapToDouble(unit::pixels)
              .summaryStatistics();
      double span = Math.max(Double.MIN_NORMAL, values.getMax() - values.getMin());
      return new Scale(value, axis.isLogarithmic(), length / span);
    }

    double pixels(ChartSeries.Point point) {
      double plain = value.applyAsDouble(point);
      return factor * (logarithmic ? Math.log(plain) : plain);
    }
  }

  private static float[] dash(Look look) {
    return DASHES.get(look.shape() % DASHES.size());
  }

  private static void style(XYChart drawing, Chart chart) {
    var font = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    var styler = drawing.getStyler();
    styler.setAntiAlias(true);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderColor(Color.GRAY);
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotGridLinesStroke(new BasicStroke(0.5f));
    styler.setBaseFont(font);
    styler.setChartTitleFont(font.deriveFont(Font.BOLD, 16f));
    styler.setChartTitleVisible(!chart.title().isEmpty());
    styler.setChartTitleBoxVisible(false);
    styler.setAxisTitleFont(font);
    styler.setAxisTickLabelsFont(font.deriveFont(12f));
    styler.setLegendFont(font);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setLegendSeriesLineLength(36);
    styler.setMarkerSize(7);
    styler.setXAxisTickMarkSpacingHint(100); // room for numbers of five digits
    boolean logarithmic = chart.y().isLogarithmic();
    boolean decades = logarithmic && span(chart) >= SHORT;
    styler.setXAxisLogarithmic(chart.x().isLogarithmic());
    styler.setYAxisLogarithmic(logarithmic);
    styler.setXAxisLogarithmicDecadeOnly(true);
    styler.setYAxisLogarithmicDecadeOnly(decades);
    styler.setYAxisDecimalPattern(decades ? "0E0" : "0.######");
    if (logarithmic && !decades) {
      styler.setAxisTickLabelsFont(font.deriveFont(10f)); // ticks are close at the end of a decade
    }
  }

  /** Returns the ratio of the highest to the lowest value. */
  private static double span(Chart chart) {
    var heights =
        chart.curves().stream()
            .flatMap(curve -> curve.points().stream())
            .mapToDouble(ChartSeries.Point::y)
            .summaryStatistics();
    return heights.getMax() / heights.getMin();
  }

  private static void style(XYSeries series, Look look) {
    Color color = COLORS.get(look.color() % COLORS.size());
    boolean line = look.kind() != Look.Kind.MARKERS;
    boolean markers = look.kind() != Look.Kind.LINE;
    series.setLineColor(color);
    series.setMarkerColor(color);
    series.setLineStyle(line ? stroke(dash(look)) : new BasicStroke(0));
    series.setMarker(markers ? MARKERS.get(look.shape() % MARKERS.size()) : SeriesMarkers.NONE);
    series.setXYSeriesRenderStyle(
        line ? XYSeries.XYSeriesRenderStyle.Line : XYSeries.XYSeriesRenderStyle.Scatter);
  }

  private static BasicStroke stroke(float[] dash) {
    return new BasicStroke(LINE_WIDTH, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dash, 0);
  }
}
