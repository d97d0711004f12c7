package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.ConnectionOptions;
import io.diffusion4j.cli.options.FilterOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.cli.options.ProvenanceOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.ImageGenerator;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.request.DirectGenerator;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The choice between a model in this process and a server. */
@Command // or picocli takes it for no mixin
final class DrawerOptions {
  @ArgGroup(validate = false, heading = "%nModel:%n")
  ModelOptions model = new ModelOptions();

  @Mixin PluginOptions plugins = new PluginOptions();

  @Mixin FilterOptions filters = new FilterOptions();

  @ArgGroup(validate = false, heading = "%nMarks in the files:%n")
  ProvenanceOptions provenance = new ProvenanceOptions();

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "Draw on this server instead of loading a model.")
  @Nullable String server;

  @ArgGroup(validate = false, heading = "%nServer:%n")
  ConnectionOptions connection = new ConnectionOptions();

  /** Draws with a generator. */
  @FunctionalInterface
  interface Work<T> {
    /**
     * Draws.
     *
     * @param here the model, if it is in this process and the generator a {@link DirectGenerator}
     */
    T draw(ImageGenerator generator, Optional<OpenPipeline> here) throws IOException;
  }

  /**
   * Connects to the server or opens the model, and draws.
   *
   * @param how the settings for opening the model
   * @param names maps the path of a field in the contract to its name in messages
   */
  <T> T draw(Console console, Supplier<OpenOptions> how, UnaryOperator<String> names, Work<T> work)
      throws IOException {
    if (server != null) {
      try (var client = connection.connect(server)) {
        return work.draw(client, Optional.empty());
      }
    }
    Provenance marks = provenance.read();
    OpenOptions opening = how.get();
    try (var jars = filters.addTo(plugins.load())) {
      console.say("loading " + model.folder());
      try (var open = ModelOptions.open(model.folder(), opening, jars)) {
        var here = new DirectGenerator(open.pipeline(), marks, names);
        return work.draw(here, Optional.of(open));
      }
    }
  }

  /** Checks everything that needs no model and no server. */
  void check(SamplingOptions stages) {
    connection.check(server);
    if (server != null) {
      provenance.requireNoneBeside(server);
      filters.requireNoneBeside(server);
    }
    if (server == null) {
      stages.checkSamplers(model.folder(), plugins);
      OpenPipeline.family(model.folder());
    } else {
      plugins.requireNoneBeside(server);
      stages.checkForServer();
    }
  }
}
