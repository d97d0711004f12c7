package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.options.ConnectionOptions;
import io.diffusion4j.cli.options.FilterOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.cli.options.ProvenanceOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
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

  /** Loads the plugins, and adds the filters to them. */
  Plugins load() {
    return filters.addTo(plugins.load());
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
