package io.diffusion4j.plots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class BarChartTest {
  private static final BarChart BARS =
      new BarChart(
          "speeds",
          List.of(
              new BarChart.Group(
                  "S", List.of(new BarChart.Bar("a", 100, 0), new BarChart.Bar("b", 25, 1))),
              new BarChart.Group("M", List.of(new BarChart.Bar("c", 0, 2)))));

  @Test
  void lengthsAreProportionalToValues() {
    var image = new BufferedImage(BARS.width(), BARS.height(), BufferedImage.TYPE_INT_RGB);
    var graphics = image.createGraphics();
    BARS.paint(graphics);
    graphics.dispose();
    int longest = count(image, 0);
    assertThat(longest).isPositive();
    assertThat((double) count(image, 1) / longest).isCloseTo(0.25, within(0.01));
    assertThat(count(image, 2)).isZero();
  }

  private static int count(BufferedImage image, int color) {
    int rgb = Painter.color(color).getRGB();
    int count = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        count += image.getRGB(x, y) == rgb ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void aBarHasALength() {
    assertThatThrownBy(() -> new BarChart.Bar("a", Double.NaN, 0))
        .hasMessage("a: NaN (expected: ≥ 0 and finite)");
    assertThatThrownBy(() -> new BarChart.Bar("a", -1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
