package io.diffusion4j.data.files;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/** Any file is a tar file, or refused by an exception that names it. */
@Tag("fuzz")
final class TarFuzzTest {
  private static final Path FILE = file();

  private static Path file() {
    try {
      Path file = Files.createTempFile("fuzz", ".tar");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void isReadOrRefused(byte[] bytes) throws IOException {
    Files.write(FILE, bytes);
    try {
      var unused = TarIndex.read("data", FILE);
    } catch (IllegalArgumentException e) {
      // what damaged files are refused by
    }
  }
}
