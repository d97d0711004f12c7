package io.diffusion4j.plots.command;

import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.plots.ChartFile;
import io.diffusion4j.plots.LabelledSheet;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The noise of drawn pictures, and the file that they are written to. */
final class StripOptions {
  @Mixin private CommonOptions.Seed seed = new CommonOptions.Seed();

  @Mixin private CommonOptions.Output output = new CommonOptions.Output();

  @Option(
      names = "--labels",
      description = "Enlarge the pictures, and label rows and columns. PNG output only.")
  private boolean labels;

  long seed() {
    return seed.value();
  }

  Path output() {
    return output.path();
  }

  /**
   * Writes pictures in rows to the file, with labels if requested.
   *
   * @param images the pictures row by row, all of one size
   * @param columns a label for each column
   * @param rows a label for each row
   */
  void write(OutputFile file, List<Image> images, List<String> columns, List<String> rows) {
    if (labels) {
      List<Rgb8> pictures = images.stream().map(Rgb8::of).toList();
      new ChartFile(output()).write(new LabelledSheet(pictures, columns, rows));
    } else {
      file.write(Png.encode(ContactSheet.of(images, columns.size()), Map.of()));
    }
  }

  /**
   * Returns the file, which can be written to.
   *
   * @param endings the endings of its name, of which it has one
   */
  OutputFile file(String... endings) {
    var file = new OutputFile(output.path());
    file.requireEnding(endings);
    file.requireWritable();
    return file;
  }
}
