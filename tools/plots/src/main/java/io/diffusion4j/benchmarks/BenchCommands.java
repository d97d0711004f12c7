package io.diffusion4j.benchmarks;

import io.diffusion4j.cli.extension.Commands;
import java.util.List;

/** What this module adds to the command line. */
public final class BenchCommands implements Commands {
  /** Called by the service loader. */
  public BenchCommands() {}

  @Override
  public List<Class<?>> classes() {
    return List.of(Bench.class);
  }
}
