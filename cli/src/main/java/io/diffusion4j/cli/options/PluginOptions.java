package io.diffusion4j.cli.options;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.Plugins;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The jars whose parts take the place of the model's own. */
public final class PluginOptions {
  /** What a plugin is, in a word of help. */
  public static final String HELP =
      "A jar with a Guice module that replaces parts of the model, or adds samplers and schedules;"
          + " may be repeated. See docs/extending.md.";

  @Option(names = "--plugin", paramLabel = "JAR", description = HELP)
  private List<Path> jars = List.of();

  /** Whether any was given. */
  public boolean areGiven() {
    return !jars.isEmpty();
  }

  /** Refuses them beside a server. */
  public void requireNoneBeside(String server) {
    Check.that(!areGiven(), "server", server, "none beside --plugin; a server has its own");
  }

  /** Loads them. */
  public Plugins load() {
    return Plugins.of(jars);
  }
}
