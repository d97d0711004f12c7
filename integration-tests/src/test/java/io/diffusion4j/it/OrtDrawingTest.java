package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.Main;
import io.diffusion4j.nn.engine.Engines;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A prompt becomes the same picture on ONNX Runtime as on TensorFlow, except for rounding. */
class OrtDrawingTest {
  /** In levels of 255; untrained networks amplify rounding more than trained ones. */
  private static final int LARGEST = 4;

  private static final double MEAN = 0.01;

  @TempDir private Path folder = Path.of("");

  @Test
  void theEngineIsChosenOnTheCommandLine() throws IOException {
    TinyFolder.write(folder.resolve("model"));
    BufferedImage theirs = drawn("ort");
    BufferedImage ours = drawn("tensorflow");
    assertThat(theirs.getWidth()).isEqualTo(ours.getWidth());
    int sum = 0;
    int seen = 0;
    for (int y = 0; y < ours.getHeight(); y++) {
      for (int x = 0; x < ours.getWidth(); x++) {
        for (int shift = 0; shift < 24; shift += 8) {
          int a = (theirs.getRGB(x, y) >> shift) & 0xff;
          int b = (ours.getRGB(x, y) >> shift) & 0xff;
          assertThat(Math.abs(a - b)).isLessThanOrEqualTo(LARGEST);
          sum += Math.abs(a - b);
          seen++;
        }
      }
    }
    assertThat((double) sum / seen).isLessThan(MEAN);
  }

  private BufferedImage drawn(String engine) throws IOException {
    String before = Engines.asked();
    try {
      Path file = folder.resolve(engine + ".png");
      int status =
          Main.commandLine()
              .execute(
                  "--engine",
                  engine,
                  "generate",
                  "a red apple",
                  "--model",
                  folder.resolve("model").toString(),
                  "--precision",
                  "f32",
                  "--prior-steps",
                  "4",
                  "--decoder-steps",
                  "4",
                  "--super-res-steps",
                  "2",
                  "--seed",
                  "7",
                  "--output",
                  file.toString());
      assertThat(status).isZero();
      return ImageIO.read(file.toFile());
    } finally {
      Engines.prefer(before);
    }
  }
}
