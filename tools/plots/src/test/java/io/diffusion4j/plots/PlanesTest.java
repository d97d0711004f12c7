package io.diffusion4j.plots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.geom.Point2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanesTest {
  private static final Point2D ORIGIN = new Point2D.Double(0, 0);
  private static final Point2D UP = new Point2D.Double(0, 1);

  private static Planes planes(Mark... marks) {
    return Planes.row(List.of(new Plane("points", 2, List.of(marks)), new Plane("", 2, List.of())));
  }

  @Test
  void marksAreWhereTheyBelongInAPng(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.png");
    new ChartFile(file).write(planes(new Mark.Dots(List.of(UP), 3, 0)));
    BufferedImage image = ImageIO.read(file.toFile());
    Planes planes = planes();
    assertThat(image.getWidth()).isEqualTo(2 * planes.width());
    assertThat(image.getHeight()).isEqualTo(2 * planes.height());
    int centre = 12 + 130;
    int middle = 12 + 22 + 130;
    assertThat(image.getRGB(2 * centre, 2 * (middle - 65))).isEqualTo(0xFF0072B2); // y points up
    assertThat(image.getRGB(2 * centre, 2 * (middle + 65))).isEqualTo(0xFFFFFFFF);
  }

  @Test
  void anSvgHasLinesAndArrows(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.svg");
    new ChartFile(file)
        .write(planes(new Mark.Line(List.of(ORIGIN, UP), 1), new Mark.Arrow(ORIGIN, UP, 2)));
    assertThat(Files.readString(file)).contains("<svg", "points", "stroke");
  }

  @Test
  void aGifHasAllFrames(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.gif");
    new AnimatedGif(file)
        .write(
            List.of(
                planes(new Mark.Dots(List.of(UP), 3, 0)),
                planes(new Mark.Dots(List.of(ORIGIN), 3, 0)),
                planes()),
            5,
            100);
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (var in = ImageIO.createImageInputStream(file.toFile())) {
      reader.setInput(in);
      assertThat(reader.getNumImages(true)).isEqualTo(3);
      assertThat(reader.read(1).getWidth()).isEqualTo(planes().width());
    } finally {
      reader.dispose();
    }
  }

  @Test
  void badInputGetsOneClearError(@TempDir Path folder) {
    assertThatThrownBy(() -> new Planes(List.of(), 1))
        .hasMessage("planes: none (expected: at least one)");
    assertThatThrownBy(() -> new AnimatedGif(folder.resolve("a.png")))
        .hasMessageContaining("a name that ends in .gif");
    assertThatThrownBy(() -> new AnimatedGif(folder.resolve("a.gif")).write(List.of(), 5, 5))
        .hasMessage("frames: none (expected: at least one)");
  }
}
