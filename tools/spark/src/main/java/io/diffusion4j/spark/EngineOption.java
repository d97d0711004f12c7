package io.diffusion4j.spark;

import io.diffusion4j.nn.engine.Engines;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option for the engine, which is set in each process that parses the arguments. */
final class EngineOption {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description =
          "The engine that runs the networks, as for --engine of diffusion4j. Default: "
              + "auto, the fastest on each machine")
  void setEngine(String name) {
    try {
      Engines.prefer(name);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }
}
