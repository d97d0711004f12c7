package io.diffusion4j.benchmarks.process;

import io.diffusion4j.nn.engine.Engines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process of its own for what is measured, in which nothing is warm and nothing else lives. */
public final class JavaProcess {
  private JavaProcess() {}

  /**
   * Runs a class of this class path, with the engine that is asked for here.
   *
   * @param flags of the JVM
   */
  public static ProcessBuilder of(List<String> flags, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-D" + Engines.PROPERTY + "=" + Engines.asked());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }
}
