package io.diffusion4j.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Signals that a server acts upon. */
final class SignalsTest {
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
    var received = new CountDownLatch(1);
    Signals.on("HUP", received::countDown);
    String self = Long.toString(ProcessHandle.current().pid());
    assertThat(new ProcessBuilder("kill", "-HUP", self).start().waitFor()).isZero();
    assertThat(received.await(10, TimeUnit.SECONDS)).isTrue();
  }
}
