package io.diffusion4j.cli.options;

import io.diffusion4j.filters.FilterModule;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.Plugins;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The option for filters, which judge pictures before they are written. */
public final class FilterOptions {
  /** The help text for filters. */
  public static final String HELP =
      "Apply the content filter described in this YAML or JSON file, and refuse "
          + "the pictures that it rejects; may be repeated. See docs/filters.md.";

  @Option(names = "--filter", paramLabel = "FILE", description = HELP)
  private List<Path> files = List.of();

  /** Adds the filters to plugins, with which they are closed. */
  public Plugins addTo(Plugins plugins) {
    return FilterModule.addTo(plugins, files, ModelOptions.compute(Precision.FLOAT32));
  }
}
