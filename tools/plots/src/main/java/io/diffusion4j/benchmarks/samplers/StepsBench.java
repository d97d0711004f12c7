package io.diffusion4j.benchmarks.samplers;

import io.diffusion4j.benchmarks.Bench;
import io.diffusion4j.benchmarks.report.Table;
import io.diffusion4j.diffusion.solver.Samplers;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench steps}: measures only the arithmetic of samplers, the last rows of {@link Bench}.
 */
@Command(
    name = "steps",
    description = {
      "Measure one step of each sampler on eight samples of 64×64×3, and a "
          + "hand-written loop that computes the same step.",
      "The fraction is the loop's time divided by the sampler's time. Each is the "
          + "minimum over many short iterations."
    })
public final class StepsBench implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--samplers",
      split = ",",
      paramLabel = "NAME",
      description = "The samplers to measure. Default: all samplers")
  private List<String> samplers = List.of();

  @Override
  public Integer call() {
    samplers.forEach(Samplers.standard()::named); // which fails if there is no such sampler
    PrintWriter out = spec.commandLine().getOut();
    Table.printHeader(out);
    StepBenchmark.measure(
        samplers.isEmpty() ? List.copyOf(Samplers.standard().names()) : samplers,
        StepBenchmark.Length.FULL,
        row -> Table.print(out, row));
    return 0;
  }
}
