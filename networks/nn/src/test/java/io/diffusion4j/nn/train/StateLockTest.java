package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateLockTest {
  /** Takes the lock of a folder, prints a line, and waits to be killed. */
  public static void main(String[] arguments) throws InterruptedException {
    try (var lock = StateLock.of(Path.of(arguments[0]))) {
      assertThat(lock).isNotNull();
      System.out.println("locked");
      Thread.sleep(60_000);
    }
  }

  private static List<String> command(Path folder) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        StateLockTest.class.getName(),
        folder.toString());
  }

  private static Process holder(Path folder) throws IOException {
    var process =
        new ProcessBuilder(command(folder)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    assertThat(output.readLine()).isNotNull();
    return process;
  }

  private static String refusal(Path folder, long process) throws IOException {
    return "state: %s (expected: not in use, but process %d on %s is training in it)"
        .formatted(folder, process, InetAddress.getLocalHost().getHostName());
  }

  @Test
  void theSecondTrainingIsRefusedWithTheFirstsProcessAndHost(@TempDir Path folder)
      throws IOException {
    try (var first = StateLock.of(folder)) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> StateLock.of(folder))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(refusal(folder, ProcessHandle.current().pid()));
      var other = new ProcessBuilder(command(folder)).redirectErrorStream(true).start();
      assertThat(new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains(refusal(folder, ProcessHandle.current().pid()));
    }
    assertThat(folder).isEmptyDirectory();
    try (var second = StateLock.of(folder)) {
      assertThat(second).isNotNull();
    }
  }

  @Test
  void aProcessHoldsItUntilItIsKilled(@TempDir Path folder)
      throws IOException, InterruptedException {
    var process = holder(folder);
    try {
      for (int i = 0; i < 2; i++) { // an attempt changes nothing
        assertThatThrownBy(() -> StateLock.of(folder)).hasMessage(refusal(folder, process.pid()));
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    try (var after = StateLock.of(folder)) {
      assertThat(after).isNotNull();
    }
  }
}
