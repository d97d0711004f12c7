package io.diffusion4j.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a server heeds of its settings while it runs. */
final class ReloadedAccessTest {
  private Path folder;

  @BeforeEach
  void makeFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private ServerSettings settings(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("server.yaml"), yaml);
    return ServerSettings.of(new ServeFlags(), ServerFile.read(file));
  }

  @Test
  void tokensAndQuotasAreThoseOfTheNewSettings() throws IOException {
    String token = HashedTokens.newToken();
    String entry = "tokens: [{name: ann, sha256: " + HashedTokens.hash(token) + "}]";
    Files.writeString(folder.resolve("tokens.yaml"), entry);
    var access = new ReloadedAccess(settings("quota: {images-per-minute: 3}"), () -> List.of("a"));
    assertThat(access.authenticate("").quota().imagesPerMinute()).isEqualTo(3);

    access.reload(settings("tokens: tokens.yaml\nquota: {images-per-minute: 5}"));
    assertThatThrownBy(() -> access.authenticate("")).isInstanceOf(UnauthenticatedException.class);
    assertThat(access.authenticate(token).quota().imagesPerMinute()).isEqualTo(5);

    assertThatThrownBy(() -> access.reload(settings("tokens: missing.yaml")))
        .isInstanceOf(IOException.class);
    assertThat(access.authenticate(token).name()).as("as before").isEqualTo("ann");
  }

  /**
   * Whether the process was started so that it ignores SIGHUP, which a JVM then leaves as it is.
   */
  private static boolean ignoresHangUps() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .map(line -> Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16))
        .anyMatch(ignored -> (ignored & 1) != 0);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aSignalIsHeardAndEndsNothing() throws Exception {
    assumeFalse(ignoresHangUps(), "started by nohup");
    var heard = new CountDownLatch(1);
    Signals.on("HUP", heard::countDown);
    String self = Long.toString(ProcessHandle.current().pid());
    assertThat(new ProcessBuilder("kill", "-HUP", self).start().waitFor()).isZero();
    assertThat(heard.await(10, TimeUnit.SECONDS)).isTrue();
  }
}
