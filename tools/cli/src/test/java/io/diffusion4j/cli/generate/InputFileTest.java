package io.diffusion4j.cli.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.Run;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFileTest {
  @TempDir private Path folder = Path.of("");

  private Path picture(String name, int width, int height) throws IOException {
    Image black = new Image(width, height, new float[3 * width * height]);
    return Files.write(folder.resolve(name), Png.encode(black, Map.of()));
  }

  /** No server listens there, so the line about it is printed if the sizes are accepted. */
  @Test
  void aMaskOfAnotherSizeIsRefusedBeforeAModelIsLoaded() throws IOException {
    Path image = picture("image.png", 4, 4);
    for (var size : List.of(List.of(4, 4), List.of(4, 3), List.of(3, 4), List.of(8, 8))) {
      int width = size.get(0);
      int height = size.get(1);
      Path mask = picture("mask.png", width, height);
      Run run =
          Run.of("inpaint", image.toString(), "--mask", mask.toString(), "--server", "127.0.0.1:1");
      assertThat(run.err())
          .startsWith(
              width == 4 && height == 4
                  ? "error: 127.0.0.1:1: no answer"
                  : "error: mask: %s×%s pixels (expected: 4×4 pixels, the size of the image)"
                      .formatted(width, height));
    }
  }

  @Test
  void picturesOfOneSizeAreReducedTogether() throws IOException {
    Path mask = picture("mask.png", 1400, 1100);
    float[] pixels = new float[3 * 1400 * 1100];
    var random = new Random(1);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = 2 * random.nextFloat() - 1;
    }
    Path image = folder.resolve("noise.png");
    Files.write(image, Png.encode(new Image(1400, 1100, pixels), Map.of()));
    for (byte[] sent : List.of(InputFile.read(image, mask), InputFile.read(mask, image))) {
      Image read = ImageFiles.read(sent, InputFile.MAX_PIXELS);
      assertThat(List.of(read.width(), read.height())).containsExactly(1024, 805);
    }
  }
}
