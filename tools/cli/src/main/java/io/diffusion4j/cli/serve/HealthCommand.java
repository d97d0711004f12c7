package io.diffusion4j.cli.serve;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.options.ConnectionOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code diffusion4j health}: checks whether a server is serving, for probes without other tools.
 */
@Command(
    name = "health",
    description = "Check whether a server is serving: the exit status is 0 if it is, else 1.",
    footer = {"", "Example:", "  diffusion4j health 127.0.0.1:50051"})
public final class HealthCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "HOST:PORT", description = "The address of the server.")
  private String server = "";

  @Option(
      names = "--service",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "The service to check: its full gRPC name, or diffusion4j.v1.model/NAME for "
              + "a model. Default: the whole server")
  private String service = "";

  @ArgGroup(validate = false, heading = "%nServer:%n")
  private ConnectionOptions connection = new ConnectionOptions();

  @Override
  public Integer call() throws IOException {
    try (var client = connection.connect(server)) {
      boolean serves = client.isServing(service);
      console.print(serves ? "serving" : "not serving");
      return serves ? 0 : FailureHandler.FAILED;
    }
  }
}
