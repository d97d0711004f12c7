package io.diffusion4j.benchmarks.training;

import io.diffusion4j.cli.inspect.ProcessMemory;
import io.diffusion4j.data.BadPictures;
import io.diffusion4j.data.CropCache;
import io.diffusion4j.data.PrefetchingDataSet;
import io.diffusion4j.data.Preparation;
import io.diffusion4j.data.Shuffled;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.PictureFiles;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A process that reads epochs of a shard like a training, and prints time and memory. */
final class EpochProcess {
  private static final int TIMES = 10;

  private EpochProcess() {}

  /** Arguments: the shard, the side of the training pictures, threads, epochs. */
  public static void main(String[] args) {
    print(
        Path.of(args[0]),
        Integer.parseInt(args[1]),
        Integer.parseInt(args[2]),
        Integer.parseInt(args[3]),
        new PrintStream(System.out, true, StandardCharsets.UTF_8));
  }

  /** Prints a line for opening, and one for every tenth of each epoch. */
  static void print(Path shard, int side, int threads, int epochs, PrintStream out) {
    long opening = System.nanoTime();
    var pictures = PictureFiles.open("data", List.of(shard.toString()), Columns.DEFAULT);
    out.printf(Locale.ROOT, "%,d pictures, opened in %.2f s%n", pictures.size(), since(opening));
    out.printf(
        "%9s %10s %10s %13s %9s %9s%n",
        "epoch", "pictures", "images/s", "processor ms", "MiB", "fraction");
    try (var store =
            new CropCache(shard.resolveSibling("squares"), pictures, Preparation.DEFAULT, 0);
        var ahead =
            new PrefetchingDataSet(
                new Shuffled(pictures, Preparation.DEFAULT, Optional.of(store), new BadPictures(0)),
                threads)) {
      var examples = ahead.examples(side, 1);
      double first = 0;
      long tenth = Math.max(1, pictures.size() / TIMES);
      long begin = System.nanoTime();
      double spent = processorMillis();
      for (long i = 0; i < epochs * pictures.size(); i++) {
        examples.get(i);
        if ((i + 1) % tenth == 0) {
          double resident = ProcessMemory.residentMebibytes().orElse(Double.NaN);
          first = first == 0 ? resident : first;
          out.printf(
              Locale.ROOT,
              "%9d %,10d %,10.0f %13.3f %9.1f %9.3f%n",
              1 + i / pictures.size(),
              i % pictures.size() + 1,
              tenth / since(begin),
              (processorMillis() - spent) / tenth,
              resident,
              resident / first);
          begin = System.nanoTime();
          spent = processorMillis();
        }
      }
    }
  }

  /** Returns the CPU time of all threads of this process. */
  private static double processorMillis() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
  }

  private static double since(long begin) {
    return 1e-9 * (System.nanoTime() - begin);
  }
}
