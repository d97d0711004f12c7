package io.diffusion4j.cli.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorInfo;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.OpenPipeline;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j inspect}: lists the contents and the faults of a model folder. */
@Command(
    name = "inspect",
    description = "List the contents and the errors of a model folder or a weights file.",
    footer = {
      "",
      "Only settings and file headers are read, no weights. The exit status is 1 "
          + "if there is an error, else 0.",
      "",
      "Example:",
      "  diffusion4j inspect emoji/model"
    })
public final class InspectCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "DIR", description = "A model folder, or a weights file.")
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

  /** The tensors and notes of a file of weights as text and as JSON. */
  private static final class TensorTable {
    private TensorTable() {}

    static void print(Checkpoint file, PrintWriter out) {
      out.printf("%-8s %15s  %-24s %s%n", "dtype", "parameters", "shape", "name");
      long all = 0;
      for (String name : file.names()) {
        TensorInfo info = file.info(name);
        all += info.size();
        String strides = file.strides(name).map(s -> " strides " + Arrays.toString(s)).orElse("");
        out.printf(
            Locale.ROOT,
            "%-8s %,15d  %-24s %s%n",
            info.dtype(),
            info.size(),
            Arrays.toString(info.shape()),
            name + strides);
      }
      out.printf(Locale.ROOT, "%-8s %,15d  %d tensors%n", "all", all, file.names().size());
      file.metadata().forEach((key, value) -> out.println(key + ": " + value));
    }

    static String json(Checkpoint file) {
      ObjectNode root = JsonNodeFactory.instance.objectNode();
      root.put("file", file.path().toString());
      ObjectNode tensors = root.putObject("tensors");
      for (String name : file.names()) {
        TensorInfo info = file.info(name);
        ObjectNode tensor = tensors.putObject(name).put("dtype", info.dtype().name());
        var shape = tensor.putArray("shape");
        Arrays.stream(info.shape()).forEach(shape::add);
        file.strides(name)
            .ifPresent(
                strides -> {
                  var array = tensor.putArray("strides");
                  Arrays.stream(strides).forEach(array::add);
                });
      }
      ObjectNode notes = root.putObject("metadata");
      file.metadata().forEach(notes::put);
      return root.toPrettyString();
    }
  }
}
