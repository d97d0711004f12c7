package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.report.JavaProcess;
import io.diffusion4j.benchmarks.report.ModelOption;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench memory}: measures whether memory grows during training, native memory included. */
@Command(
    name = "memory",
    description = {
      "Train the decoder of a model in a process of its own with a fixed heap, and print the "
          + "resident memory after each tenth of the steps, also as a fraction of the first."
    })
public final class MemoryBench implements Callable<Integer> {
  private static final List<String> FIXED_HEAP = List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch");

  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Steps of training. Default: ${DEFAULT-VALUE}")
  private long steps;

  @Mixin private CommonOptions.Batch batch = new CommonOptions.Batch(1);

  @Override
  public Integer call() throws IOException, InterruptedException {
    Check.that(steps >= TrainingMemory.TIMES, "steps", steps, "≥ " + TrainingMemory.TIMES);
    List<String> arguments =
        List.of(model.folder().toString(), Integer.toString(batch.size()), Long.toString(steps));
    return JavaProcess.of(FIXED_HEAP, TrainingMemory.class, arguments)
        .inheritIO()
        .start()
        .waitFor();
  }
}
