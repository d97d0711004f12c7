package io.diffusion4j.plots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.plots.ChartSeries.Look;
import io.diffusion4j.plots.ChartSeries.Point;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartFileTest {
  private static final Chart FALLING =
      new Chart(
          "Falling",
          Axis.linear("t"),
          Axis.linear("y"),
          List.of(
              new ChartSeries(
                  "line", Look.markedLine(0), List.of(new Point(0, 1), new Point(1, 0)))));

  private final Path folder;

  ChartFileTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private byte[] written(String name, Chart... charts) throws IOException {
    Path file = folder.resolve(name);
    new ChartFile(file).write(List.of(charts));
    return Files.readAllBytes(file);
  }

  @Test
  void aPngIsTwiceTheSizeOfTheScreenAndShowsTheLine() throws IOException {
    var image = ImageIO.read(new ByteArrayInputStream(written("falling.png", FALLING)));
    assertThat(image.getWidth()).isEqualTo(2 * Painter.WIDTH);
    assertThat(image.getHeight()).isEqualTo(2 * Painter.HEIGHT);
    int blue = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        if ((image.getRGB(x, y) & 0xFFFFFF) == 0x0072B2) {
          blue++;
        }
      }
    }
    assertThat(blue).isGreaterThan(1_000);
  }

  @Test
  void aLogarithmicAxisHasNumbersAlsoBetweenTwoPowersOfTen() throws IOException {
    var chart =
        new Chart(
            "",
            Axis.linear("t"),
            Axis.logarithmic(""),
            List.of(
                new ChartSeries(
                    "line", Look.markedLine(0), List.of(new Point(0, 2), new Point(1, 9)))));
    var image = ImageIO.read(new ByteArrayInputStream(written("short.png", chart)));
    int numbers = 0;
    boolean above = false;
    for (int y = 0; y < image.getHeight() - 2 * 40; y++) {
      boolean dark = false;
      for (int x = 0; x < 2 * 16; x++) {
        dark |= (image.getRGB(x, y) & 0xFF) < 0x80;
      }
      numbers += dark && !above ? 1 : 0;
      above = dark;
    }
    assertThat(numbers).isBetween(7, 9);
  }

  @Test
  void anSvgIsXmlOfTheCanvasSize() throws Exception {
    byte[] svg = written("falling.SVG", FALLING);
    var factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    var root =
        factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg)).getDocumentElement();
    assertThat(root.getTagName()).isEqualTo("svg");
    assertThat(root.getAttribute("width")).isEqualTo(Integer.toString(Painter.WIDTH));
    assertThat(root.getElementsByTagName("path").getLength()).isPositive();
  }

  @Test
  void chartsAreDrawnOneBelowTheOther() throws IOException {
    var image = ImageIO.read(new ByteArrayInputStream(written("two.png", FALLING, FALLING)));
    int height = 2 * Painter.HEIGHT;
    assertThat(image.getHeight()).isEqualTo(2 * height);
    int[] above = image.getRGB(0, 0, image.getWidth(), height, null, 0, image.getWidth());
    int[] below = image.getRGB(0, height, image.getWidth(), height, null, 0, image.getWidth());
    assertThat(below).isEqualTo(above);
  }

  @Test
  void theSameChartIsTheSameFile() throws IOException {
    assertThat(written("a.svg", FALLING)).isEqualTo(written("b.svg", FALLING));
    assertThat(written("a.png", FALLING)).isEqualTo(written("b.png", FALLING));
  }

  @Test
  void anotherEndingIsRefused() {
    Path file = folder.resolve("falling.gif");
    assertThatThrownBy(() -> new ChartFile(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("output: " + file + " (expected: a name that ends in .png or .svg)");
  }

  @Test
  void aFolderThatIsNotThereIsRefused() {
    Path file = folder.resolve("missing").resolve("falling.png");
    assertThatThrownBy(() -> new ChartFile(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "output: %s (expected: a file in a folder that is there; %s is none)"
                .formatted(file, file.getParent()));
  }
}
