package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command {@code serve} in a process of its own, with a port for operators.
 *
 * @param process the process
 * @param log the file of its log
 * @param port the port for clients
 * @param adminPort the port for operators
 */
public record ServeProcess(Process process, Path log, int port, int adminPort)
    implements AutoCloseable {
  /**
   * Starts a server, and waits until it serves.
   *
   * @param folder the folder of {@code server.yaml}, which names a port for operators; receives the
   *     log
   */
  public static ServeProcess start(Path folder) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Main.class.getName(),
            "serve",
            "--config",
            folder.resolve("server.yaml").toString());
    Path log = folder.resolve("log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    int adminPort = port(out, "operators: 127.0.0.1:([0-9]+)", log);
    int port = port(out, "serving \\w+ on 127.0.0.1:([0-9]+)", log);
    return new ServeProcess(process, log, port, adminPort);
  }

  private static int port(BufferedReader out, String pattern, Path log) throws IOException {
    String line = String.valueOf(out.readLine());
    Matcher said = Pattern.compile(pattern).matcher(line);
    assertThat(said.matches()).as("%s, log: %s", line, Files.readString(log)).isTrue();
    return Integer.parseInt(said.group(1));
  }

  /** Returns the log so far. */
  public String logged() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
