package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.benchmarks.networks.ConvolutionPeak;
import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.RunCount;
import io.diffusion4j.benchmarks.report.Table;
import io.diffusion4j.cli.inspect.Processor;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.plots.BarChart;
import io.diffusion4j.plots.ChartFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code diffusion4j bench peers}: measures the same networks in our engines, in ONNX Runtime and
 * in libtorch, and prints one table.
 */
@Command(
    name = "peers",
    description = {
      "Compare the speed of the same networks in Diffusion4J, ONNX Runtime and libtorch.",
      "Each engine runs in a separate process; the engines take turns. On the "
          + "first run, Maven downloads the other engines, about 170 MB."
    },
    footer = {
      "",
      "Examples:",
      "  diffusion4j bench peers",
      "  diffusion4j bench peers --networks prior,decoder,upsampler"
    })
public final class PeersBench implements Callable<Integer> {
  private static final long SEED = 1;
  private static final int TURNS = 5;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--networks",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "S,M",
      description =
          "The networks: the decoders XS (for a trial), S and M; or prior, decoder and "
              + "upsampler of the size of Karlo, which need about 15 GB of memory. Default: "
              + "${DEFAULT-VALUE}")
  private List<String> networks = List.of();

  @Option(
      names = "--precisions",
      split = ",",
      paramLabel = "FORMAT",
      description =
          "The number formats to measure: f32, bf16, int8. Errors are relative to the "
              + "outputs of Diffusion4J in the first format. Default: all formats that the "
              + "machine supports")
  private List<String> precisions = List.of();

  @Option(
      names = "--quick",
      description =
          "Run each measurement only a few times, as a smoke test; do not quote the results.")
  private boolean quick;

  @Option(
      names = "--history",
      paramLabel = "DIR",
      description = "Also append the results to the JSON file for this kind of processor in DIR.")
  private Optional<Path> history = Optional.empty();

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Also plot the speeds as a bar chart: FILE.png or FILE.svg.")
  private Optional<Path> plot = Optional.empty();

  @Override
  public Integer call() throws IOException {
    List<PeerSubject> subjects = networks.stream().map(PeerSubject::named).toList();
    Optional<ChartFile> picture = plot.map(ChartFile::new); // fail early on an invalid value
    List<EngineUnderTest> contenders = contenders();
    PrintWriter out = spec.commandLine().getOut();
    var jars = PeerJars.ofUser();
    List<Path> files =
        jars.resolve(
            coordinates -> {
              out.println("downloading " + coordinates);
              out.flush();
            });
    out.printf(
        "Java %s, ONNX Runtime %s, libtorch %s, %d processors: %s%n",
        Runtime.version().feature(),
        PeerJars.version("onnxruntime"),
        PeerJars.version("pytorch-native-cpu"),
        Runtime.getRuntime().availableProcessors(),
        Processor.name());
    double peak =
        ConvolutionPeak.measure(quick ? pace(1, 3, 1) : pace(10, 50, 5), SEED)
            .figure(Figure.GFLOPS)
            .orElseThrow();
    out.printf(Locale.ROOT, "3×3 convolution in float32, the peak: %.1f GFLOP/s%n", peak);
    PeerTable.printHeader(out);
    var match =
        new PeerMatch(
            contenders,
            files,
            jars.unpacked(),
            quick ? 1 : TURNS,
            quick ? pace(1, 3, 0) : pace(1, 30, 1),
            pace(1, 1, 0));
    List<PeerRow> rows = new ArrayList<>();
    for (PeerSubject subject : subjects) {
      match.play(
          subject,
          some -> {
            rows.addAll(some);
            PeerTable.print(out, some, peak);
          });
    }
    if (history.isPresent()) {
      out.println(new PeerHistory(history.get()).append(rows, peak, LocalDate.now(ZoneOffset.UTC)));
    }
    picture.ifPresent(file -> file.write(bars(rows)));
    return 0;
  }

  private List<EngineUnderTest> contenders() {
    var known =
        Stream.of(Precision.values())
            .filter(precision -> precision != Precision.EXACT) // no peer has it
            .map(Precision::word)
            .toList();
    for (String word : precisions) {
      Check.that(known.contains(word), "precisions", word, "some of %s", String.join(", ", known));
    }
    return Stream.of(EngineUnderTest.values())
        .filter(
            contender -> precisions.isEmpty() || precisions.contains(contender.precision.word()))
        .filter(EngineUnderTest::isHere)
        .toList();
  }

  private static RunCount pace(int warmup, int runs, int seconds) {
    return new RunCount(warmup, runs, Duration.ofSeconds(seconds));
  }

  /** Returns a bar for each row, grouped by network and batch. */
  static BarChart bars(List<PeerRow> rows) {
    List<BarChart.Group> groups =
        rows.stream().map(PeersBench::group).distinct().map(name -> group(name, rows)).toList();
    return new BarChart("The same networks, GFLOP/s", groups);
  }

  private static String group(PeerRow row) {
    return row.network() + ", batch " + row.batch();
  }

  private static BarChart.Group group(String name, List<PeerRow> rows) {
    return new BarChart.Group(
        name,
        rows.stream()
            .filter(row -> group(row).equals(name))
            .map(
                row ->
                    new BarChart.Bar(
                        row.contender().maker.title + " " + row.contender().precision.word(),
                        row.gflops(),
                        row.contender().maker.color))
            .toList());
  }

  /** Prints rows, with the speed of ours relative to the fastest peer. */
  private static final class PeerTable {
    private static final String NAME = "%-10s %5s  %-13s %-5s";
    private static final String CELL = " %10s";

    private PeerTable() {}

    static void printHeader(PrintWriter out) {
      Table.line(
          out,
          NAME.formatted("", "batch", "engine", ""),
          CELL,
          Stream.of("ms", "GFLOP/s", "fraction", "over peers", "error"));
    }

    /**
     * Prints the rows of a network and a batch size.
     *
     * @param peak the convolution peak in GFLOP/s
     */
    static void print(PrintWriter out, List<PeerRow> rows, double peak) {
      for (PeerRow row : rows) {
        OptionalDouble over = row.overPeers(rows);
        Table.line(
            out,
            NAME.formatted(
                row.network(),
                row.batch(),
                row.contender().maker.title,
                row.contender().precision.word()),
            CELL,
            Stream.of(
                format("%.2f", row.millis()),
                format("%.1f", row.gflops()),
                format("%.3f", row.gflops() / peak),
                over.isPresent() ? format("%.2f", over.getAsDouble()) : "",
                format("%.1e", row.error())));
      }
    }

    private static String format(String format, double value) {
      return String.format(Locale.ROOT, format, value);
    }
  }
}
