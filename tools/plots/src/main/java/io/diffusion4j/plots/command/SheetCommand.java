package io.diffusion4j.plots.command;

import io.diffusion4j.cli.clip.PictureArguments;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.plots.ChartFile;
import io.diffusion4j.plots.LabelledSheet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j plot sheet}: pictures in rows, with labels. */
@Command(
    name = "sheet",
    description = "Arrange pictures in a grid, with labels for rows and columns.",
    footer = {
      "",
      "Without --columns, all pictures are in one row, labelled with their file names.",
      "",
      "Example:",
      "  diffusion4j plot sheet a.png b.png --columns \"s = 1,s = 2\" --output sheet.png"
    })
final class SheetCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "PICTURE", arity = "1..*", description = "PNG, JPEG or WebP files.")
  private List<Path> pictures = List.of();

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "TEXT",
      description = "The labels of the columns, separated by commas. Default: file names")
  private List<String> columns = List.of();

  @Option(
      names = "--rows",
      split = ",",
      paramLabel = "TEXT",
      description = "The labels of the rows, separated by commas. Default: none")
  private List<String> rows = List.of();

  @Mixin private CommonOptions.Output output = new CommonOptions.Output();

  @Override
  public Integer call() {
    new OutputFile(output.path()).requireEnding(".png");
    var file = new ChartFile(output.path());
    List<String> across = columns.isEmpty() ? names() : columns;
    int count = (pictures.size() + across.size() - 1) / across.size();
    Check.that(
        rows.isEmpty() || rows.size() == count, "rows", rows.size(), "%s, as the pictures", count);
    List<Rgb8> images = new ArrayList<>();
    pictures.forEach(path -> images.add(Rgb8.of(PictureArguments.read(path))));
    List<String> down = rows.isEmpty() ? Collections.nCopies(count, "") : rows;
    file.write(new LabelledSheet(images, across, down));
    console.print(file.path());
    return 0;
  }

  private List<String> names() {
    return pictures.stream()
        .map(path -> path.getFileName().toString().replaceFirst("\\.[^.]+$", ""))
        .toList();
  }
}
