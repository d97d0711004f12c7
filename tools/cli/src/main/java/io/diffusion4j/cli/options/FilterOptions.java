package io.diffusion4j.cli.options;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.filters.FilterModule;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.Plugins;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The option for filters, which judge pictures before they are written. */
public final class FilterOptions {
  /** The help text for filters. */
  public static final String HELP =
      "Refuse pictures by the filter of this file, YAML or JSON; may be repeated. See"
          + " docs/filters.md.";

  @Option(names = "--filter", paramLabel = "FILE", description = HELP)
  private List<Path> files = List.of();

  /** Refuses filters together with a server. */
  public void requireNoneBeside(String server) {
    Check.that(files.isEmpty(), "server", server, "none beside --filter; a server has its own");
  }

  /** Adds the filters to plugins, with which they are closed. */
  public Plugins addTo(Plugins plugins) {
    return add(files, plugins);
  }

  /**
   * Adds the filters of files to plugins, with which they are closed.
   *
   * @throws IllegalArgumentException if a file is faulty; the plugins are closed
   */
  public static Plugins add(List<Path> files, Plugins plugins) {
    try {
      for (Path file : files) {
        Check.that(Files.isRegularFile(file), "filter", file, "a file");
        var compute = ModelOptions.compute(Precision.FLOAT32);
        plugins.add(FilterModule.read(file, compute), file.toString());
      }
      return plugins;
    } catch (IOException e) {
      plugins.close();
      throw new UncheckedIOException("cannot read a filter: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      plugins.close();
      throw e;
    }
  }
}
