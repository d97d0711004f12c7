package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Programs for Node.js and the packages they need, in a folder below {@code target/js}. */
public final class NodePrograms {
  private final Path folder;
  private final Map<String, String> environment;

  private NodePrograms(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = environment;
  }

  /**
   * Installs the programs, or skips the test where Node.js or the packages are unavailable.
   *
   * @param packageJson lists the packages
   * @param dependency one of the packages, whose presence stands for all; also the name of the
   *     folder
   * @param programs the files to run
   */
  public static NodePrograms install(Path packageJson, String dependency, Path... programs)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Path.of("target", "js").resolve(dependency));
    var installed = new NodePrograms(folder, Map.of());
    assumeTrue(
        installed.runs(List.of("node", "--version")) && installed.runs(List.of("npm", "--version")),
        "node and npm are not on PATH; " + dependency + " is not tried");
    for (Path file : programs) {
      installed.copy(file);
    }
    installed.copy(packageJson);
    if (!Files.isDirectory(folder.resolve("node_modules").resolve(dependency))) {
      assumeTrue(
          installed.runs(List.of("npm", "install", "--no-audit", "--no-fund")),
          "npm cannot install " + dependency + "; it is not tried");
    }
    return installed;
  }

  private void copy(Path file) throws IOException {
    Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Returns the same programs with an environment variable. */
  public NodePrograms with(String variable, Path value) {
    return new NodePrograms(folder, Map.of(variable, value.toString()));
  }

  /** Runs a program, checks that it succeeds, and returns its output. */
  public byte[] run(String program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("node", program));
    command.addAll(List.of(arguments));
    Process process = start(command, ProcessBuilder.Redirect.PIPE);
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    return output;
  }

  private boolean runs(List<String> command) throws InterruptedException {
    try {
      return start(command, ProcessBuilder.Redirect.DISCARD).waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  private Process start(List<String> command, ProcessBuilder.Redirect output) throws IOException {
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(output);
    builder.environment().putAll(environment);
    return builder.start();
  }
}
