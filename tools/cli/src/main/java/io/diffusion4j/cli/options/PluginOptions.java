package io.diffusion4j.cli.options;

import io.diffusion4j.pipeline.Plugins;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The options for plugins, jars whose parts replace those of the model. */
public final class PluginOptions {
  /** The help text for plugins. */
  public static final String HELP =
      "A JAR file with a Guice module that replaces parts of the model, or adds "
          + "samplers or schedules; may be repeated. See docs/extending.md.";

  @Option(names = "--plugin", paramLabel = "JAR", description = HELP)
  private List<Path> jars = List.of();

  /** Whether any was given. */
  public boolean areGiven() {
    return !jars.isEmpty();
  }

  /** Loads them. */
  public Plugins load() {
    return Plugins.of(jars);
  }
}
