package io.diffusion4j.plots;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.plots.ChartSeries.Look;
import io.diffusion4j.plots.ChartSeries.Point;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pixels of charts. */
class PainterTest {
  /** Right of this, a chart has its legend. */
  private static final int LEGEND = 560;

  /** Returns the sum of the colour of all pixels, which is zero for grey. */
  private static long painted(List<Point> points, Look look) {
    String name = "a name that is long enough for a legend of this width";
    var chart =
        new Chart(
            "", Axis.linear("x"), Axis.linear("y"), List.of(new ChartSeries(name, look, points)));
    var image = new BufferedImage(Painter.WIDTH, Painter.HEIGHT, BufferedImage.TYPE_INT_RGB);
    var graphics = image.createGraphics();
    Painter.drawing(List.of(chart)).paint(graphics);
    graphics.dispose();
    return IntStream.range(0, LEGEND * Painter.HEIGHT)
        .map(i -> image.getRGB(i % LEGEND, i / LEGEND))
        .mapToObj(Color::new)
        .mapToLong(PainterTest::colour)
        .sum();
  }

  private static long colour(Color pixel) {
    var channels =
        IntStream.of(pixel.getRed(), pixel.getGreen(), pixel.getBlue()).summaryStatistics();
    return (long) channels.getMax() - channels.getMin();
  }

  /** All looks but the first leave gaps, of up to three fifths. */
  @ParameterizedTest
  @CsvSource({"1, 241", "2, 241", "3, 241", "4, 241", "2, 1000", "3, 1000", "2, 180"})
  void aDashedCurveIsDrawnAlongItsWholeLength(int shape, int count) {
    List<Point> hill =
        IntStream.range(0, count)
            .mapToObj(i -> 8.0 * i / (count - 1) - 4)
            .map(x -> new Point(x, Math.exp(-8 * x * x)))
            .toList();
    for (int half : new int[] {-1, 1}) {
      List<Point> all = hill.stream().filter(point -> half * point.x() < 3).toList();
      double solid = painted(all, new Look(Look.Kind.LINE, shape, 0));
      double dashed = painted(all, new Look(Look.Kind.LINE, shape, shape));
      assertThat(dashed / solid).isBetween(0.3, 0.85);
    }
  }
}
