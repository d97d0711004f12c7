package io.diffusion4j.it.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.diffusion4j.diffusion.image.ImageFiles;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** Any file is a picture of few pixels, or refused by an {@link IOException}. */
@Tag("fuzz")
final class PictureFuzzTest {
  private static final long MAX_PIXELS = 1 << 12;

  @FuzzTest(maxDuration = "1m")
  void isReadOrRefused(byte[] bytes) {
    try {
      if (ImageFiles.pixels(bytes) <= MAX_PIXELS) {
        ImageFiles.read(bytes, MAX_PIXELS);
      }
    } catch (IOException e) {
      // the errors for damaged files
    }
  }
}
