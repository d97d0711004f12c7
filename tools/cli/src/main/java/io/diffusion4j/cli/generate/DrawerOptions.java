package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.ConnectionOptions;
import io.diffusion4j.cli.options.FilterOptions;
import io.diffusion4j.cli.options.GivenOptions;
import io.diffusion4j.cli.options.ProvenanceOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.provenance.Provenance;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The choice between a model in this process, with filters and marks, and a server. */
@Command // or picocli takes it for no mixin
final class DrawerOptions extends SourceOptions {
  private static final Set<String> OF_SERVERS =
      Set.of("--server", "--lora", "--tls", "--ca", "--certificate", "--key", "--token-file");

  @Mixin FilterOptions filters = new FilterOptions();

  @ArgGroup(validate = false, heading = "%nMarks in the files:%n")
  ProvenanceOptions provenance = new ProvenanceOptions();

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "Draw on this gRPC server instead of loading a model.")
  @Nullable String server;

  @ArgGroup(validate = false, heading = "%nServer:%n")
  ConnectionOptions connection = new ConnectionOptions();

  @Spec(Spec.Target.SELF)
  private CommandSpec self = CommandSpec.create();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  /**
   * Connects to the server or opens the model, and draws.
   *
   * @param how the settings for opening the model
   * @param names maps the path of a field in the contract to its name in messages
   */
  <T> T draw(Console console, Supplier<OpenOptions> how, UnaryOperator<String> names, Work<T> work)
      throws IOException {
    return draw(console, marks(), how, names, work);
  }

  @Override
  <T> T draw(
      Console console,
      Provenance marks,
      Supplier<OpenOptions> how,
      UnaryOperator<String> names,
      Work<T> work)
      throws IOException {
    if (server == null) {
      return super.draw(console, marks, how, names, work);
    }
    try (var client = connection.connect(server)) {
      return work.draw(client, Optional.empty());
    }
  }

  /** Reads the keys of the marks; a server has its own. */
  Provenance marks() {
    return isHere() ? provenance.read() : Provenance.DECLARED;
  }

  @Override
  boolean isHere() {
    return server == null;
  }

  @Override
  Plugins parts() {
    return filters.addTo(super.parts());
  }

  /** Checks that no option is given whose value a server determines. */
  void requireFit() {
    connection.check(server);
    if (server != null) {
      GivenOptions.refuseBeside(
          OF_SERVERS, self, command, "none beside --server, which has its own");
    }
  }

  /** Checks everything that needs no model and no server. */
  void check(SamplingOptions stages) {
    requireFit();
    if (isHere()) {
      stages.checkNames(model.folder(), plugins);
      OpenPipeline.family(model.folder());
    } else {
      stages.checkForServer();
    }
  }
}
