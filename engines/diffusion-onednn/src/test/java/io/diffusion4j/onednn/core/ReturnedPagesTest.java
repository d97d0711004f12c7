package io.diffusion4j.onednn.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReturnedPagesTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int BYTES = 32 << 20;

  @Test
  void pagesOfAFileLeaveTheResidentMemoryAndKeepTheirContent(@TempDir Path folder)
      throws IOException {
    assumeThat(STATUS).exists();
    byte[] content = new byte[BYTES];
    new SplittableRandom(1).nextBytes(content);
    Path file = Files.write(folder.resolve("file"), content);
    try (var channel = FileChannel.open(file)) {
      var mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, BYTES);
      assertThat(mapped.equals(ByteBuffer.wrap(content))).isTrue();
      long before = residentOfFiles();
      ReturnedPages.ofFile(mapped.slice(100, BYTES - 200)); // begins and ends within pages
      assertThat(before - residentOfFiles()).isGreaterThan(BYTES / 2);
      assertThat(mapped.equals(ByteBuffer.wrap(content))).isTrue();
    }
  }

  @Test
  void otherMemoryIsLeftAlone() {
    var direct = ByteBuffer.allocateDirect(1 << 20);
    direct.put((1 << 20) - 1, (byte) 7).put(8192, (byte) 5);
    ReturnedPages.ofFile(direct);
    ReturnedPages.ofFile(ByteBuffer.allocate(1 << 20).asReadOnlyBuffer());
    ReturnedPages.ofReleasedMemory();
    assertThat(direct.get(8192)).isEqualTo((byte) 5);
  }

  private static long residentOfFiles() throws IOException {
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("RssFile:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }
}
