package io.diffusion4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackgroundDigestTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void itIsTheDigestThatIsWaitedFor() throws Exception {
    Files.writeString(folder.resolve("config.json"), "{}");
    var opened = new CountDownLatch(1);
    var digest =
        BackgroundDigest.of(
            () -> {
              await(opened);
              return FolderDigest.of(folder, component -> true);
            });
    opened.countDown();
    assertThat(digest.get())
        .isEqualTo(FolderDigest.of(folder, component -> true))
        .isEqualTo(digest.get());
  }

  @Test
  void itFailsAsComputingItFails() {
    Path missing = folder.resolve("missing");
    var digest = BackgroundDigest.of(() -> FolderDigest.of(missing, component -> true));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(digest::get)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(missing.toString());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
