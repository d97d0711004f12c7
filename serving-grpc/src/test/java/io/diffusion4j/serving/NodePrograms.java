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

/** Programs for Node.js and the packages they need, in a folder of the module's {@code target}. */
public final class NodePrograms {
  private static final Path FOLDER = Path.of("target", "js");

  private final Map<String, String> environment;

  private NodePrograms(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * Installs the programs, or skips the test where Node.js or the packages are unavailable.
   *
   * @param packageJson lists the packages
   * @param dependency one of the packages, whose presence stands for all
   * @param programs the files to run
   */
  public static NodePrograms install(Path packageJson, String dependency, Path... programs)
      throws IOException, InterruptedException {
    Files.createDirectories(FOLDER); // the working folder of all programs
    assumeTrue(
        runs(List.of("node", "--version")) && runs(List.of("npm", "--version")),
        "node and npm are not on PATH; " + dependency + " is not tried");
    for (Path file : programs) {
      copy(file);
    }
    copy(packageJson);
    if (!Files.isDirectory(FOLDER.resolve("node_modules").resolve(dependency))) {
      assumeTrue(
          runs(List.of("npm", "install", "--no-audit", "--no-fund")),
          "npm cannot install " + dependency + "; it is not tried");
    }
    return new NodePrograms(Map.of());
  }

  private static void copy(Path file) throws IOException {
    Files.copy(file, FOLDER.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Returns the same programs with an environment variable. */
  public NodePrograms with(String variable, Path value) {
    return new NodePrograms(Map.of(variable, value.toString()));
  }

  /** Runs a program, checks that it succeeds, and returns its output. */
  public byte[] run(String program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("node", program));
    command.addAll(List.of(arguments));
    Process process = start(command, environment, ProcessBuilder.Redirect.PIPE);
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    return output;
  }

  private static boolean runs(List<String> command) throws InterruptedException {
    try {
      return start(command, Map.of(), ProcessBuilder.Redirect.DISCARD).waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  private static Process start(
      List<String> command, Map<String, String> environment, ProcessBuilder.Redirect output)
      throws IOException {
    var builder =
        new ProcessBuilder(command)
            .directory(FOLDER.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(output);
    builder.environment().putAll(environment);
    return builder.start();
  }
}
