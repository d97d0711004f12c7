package io.diffusion4j.plots.command;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.plots.Chart;
import io.diffusion4j.plots.ChartFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the file of charts. */
final class PictureOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The picture file to write: FILE.png or FILE.svg.")
  private @Nullable Path output;

  @Option(names = "--title", paramLabel = "TEXT", description = "The title above the picture.")
  private @Nullable String title;

  /** Returns the requested file, after checking that it can be written. */
  Optional<ChartFile> file() {
    return Optional.ofNullable(output).map(ChartFile::new);
  }

  /** Returns the file, which is required. */
  ChartFile requireFile() {
    return file()
        .orElseThrow(() -> Check.refusal("output", "none", "a name that ends in .png or .svg"));
  }

  /** Returns the charts with the requested title. */
  List<Chart> titled(List<Chart> charts) {
    if (title == null) {
      return charts;
    }
    List<Chart> titled = new ArrayList<>(charts);
    titled.set(0, charts.get(0).withTitle(title));
    return titled;
  }
}
