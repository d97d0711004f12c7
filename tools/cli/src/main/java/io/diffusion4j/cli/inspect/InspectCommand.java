package io.diffusion4j.cli.inspect;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.OpenPipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j inspect}: lists the contents and the faults of a model folder. */
@Command(
    name = "inspect",
    description = "List the contents and the faults of a model folder or a file of weights.",
    footer = {
      "",
      "Reads settings and headers, no weights. The exit status is 1 if there is a fault.",
      "",
      "Example:",
      "  diffusion4j inspect emoji/model"
    })
public final class InspectCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "DIR", description = "The folder of a pipeline, or a file of weights.")
  private Path path = Path.of("");

  @Mixin private CommonOptions.JsonText json = new CommonOptions.JsonText();

  @Override
  public Integer call() {
    Path folder = PublishedModel.folder(path);
    if (Files.isRegularFile(folder)) {
      return inspectFile(folder);
    }
    Check.that(Files.isDirectory(folder), "model", folder, "a folder");
    FolderReport report = OpenPipeline.inspect(folder);
    if (json.isGiven()) {
      console.print(ReportFormat.json(report));
    } else {
      ReportFormat.table(report, console.out());
      console.out().flush();
    }
    return report.isSound() ? 0 : FailureHandler.FAILED;
  }

  private int inspectFile(Path file) {
    try (var checkpoint = Checkpoint.open(file)) {
      if (json.isGiven()) {
        console.print(TensorTable.json(checkpoint));
      } else {
        TensorTable.print(checkpoint, console.out());
        console.out().flush();
      }
      return 0;
    }
  }
}
