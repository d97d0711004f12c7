package io.diffusion4j.benchmarks.images;

import com.google.inject.util.Modules;
import io.diffusion4j.benchmarks.images.ServedWork.Took;
import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.ModelOption;
import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.benchmarks.report.Table;
import io.diffusion4j.cli.inspect.ProcessMemory;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.StageOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.descriptive.rank.Percentile;
import org.hipparchus.stat.descriptive.rank.Percentile.EstimationType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench server}: measures the overhead of the service, and its fairness. */
@Command(
    name = "server",
    description = {
      "Measure a server in images per second over gRPC on the loopback interface, "
          + "at concurrency 1, 4 and 16. The speed is relative to drawing in the same "
          + "process without gRPC. Wall-clock and CPU time are printed, and the time of "
          + "a small job with and without a concurrent job of 64 images. With --steady, "
          + "the memory use of a long run is measured too."
    })
public final class ServerBench implements Callable<Integer> {
  private static final int[] CONCURRENCIES = {1, 4, 16};
  private static final int LARGE_JOB = 64;

  /** A warm-up of one step per stage: the JIT compiles on the measured processors. */
  private static final int WARM_UP_IMAGES = 200;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "16",
      description = "The number of images in each measurement. Default: ${DEFAULT-VALUE}")
  private int images = 1;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "The number of measurements for each table row, alternately with and without "
              + "gRPC; the median is printed. Default: ${DEFAULT-VALUE}")
  private int rounds = 1;

  @Option(
      names = "--steady",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Finally draw this many images, and compare the memory use after a tenth of "
              + "them with the memory use after all of them. Default: ${DEFAULT-VALUE}")
  private int steady;

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "N",
      description =
          "The numbers of steps of prior, decoder and upsampler. Default: the model's own")
  private List<Integer> steps = List.of();

  @Mixin private CommonOptions.JsonFile json = new CommonOptions.JsonFile();

  private final List<Row> rows = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    check();
    String name = "bench-" + ProcessHandle.current().pid();
    var config = ServerConfig.loopback().withPort(0);
    var served = List.of(ServedModel.of(model.folder(), Precision.BFLOAT16));
    Table.printHeader(spec.commandLine().getOut());
    try (var models =
            LocalModels.load(
                served, OpenOptions.with(Residency.ALWAYS).withEngine(Engines.asked()));
        var here = models.server(config, Modules.EMPTY_MODULE);
        var port = models.server(config, Modules.EMPTY_MODULE)) {
      here.startInProcess(name);
      port.start();
      Supplier<GenerationClient> within = () -> GenerationClient.inProcess(name);
      Supplier<GenerationClient> connected =
          () -> GenerationClient.connect("127.0.0.1:" + port.port());
      var warmUp = request(List.of(1, 1, 1));
      new ServedWork(within, warmUp).take(4, WARM_UP_IMAGES);
      new ServedWork(connected, warmUp).take(4, WARM_UP_IMAGES);
      var inProcess = new ServedWork(within, request(steps));
      var overGrpc = new ServedWork(connected, request(steps));
      throughput(inProcess, overGrpc);
      fairness(overGrpc);
      memory(overGrpc);
    }
    if (json.path().isPresent()) {
      Table.writeJson(json.path().get(), rows);
    }
    return 0;
  }

  private void check() {
    Check.that(images >= 1, "images", images, "≥ 1");
    Check.that(rounds >= 1, "rounds", rounds, "≥ 1");
    Check.that(steady >= 0, "steady", steady, "≥ 0");
    boolean fit = steps.size() == 3 && steps.stream().allMatch(n -> n >= 1);
    Check.that(steps.isEmpty() || fit, "steps", steps, "three numbers ≥ 1");
  }

  private static Supplier<GenerateImagesRequest.Builder> request(List<Integer> steps) {
    var request = Requests.textToImage("a red apple on a blue background");
    List<String> stages = List.of("prior", "decoder", "super_res");
    for (int i = 0; i < steps.size(); i++) {
      request.putStages(stages.get(i), StageOptions.newBuilder().setSteps(steps.get(i)).build());
    }
    return request::clone;
  }

  /**
   * Alternates the two, each first in every other round, so that other load affects both equally.
   */
  private void throughput(ServedWork inProcess, ServedWork overGrpc) {
    for (int callers : CONCURRENCIES) {
      inProcess.take(callers, callers);
      overGrpc.take(callers, callers);
      List<Took> here = new ArrayList<>();
      List<Took> there = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        if (i % 2 == 0) {
          here.add(inProcess.take(callers, images));
          there.add(overGrpc.take(callers, images));
        } else {
          there.add(overGrpc.take(callers, images));
          here.add(inProcess.take(callers, images));
        }
      }
      String at = ", " + callers + " at once";
      rate("in process" + at, here, here);
      rate("over gRPC" + at, here, there);
      processor("in process" + at, here, here);
      processor("over gRPC" + at, here, there);
    }
  }

  private void rate(String name, List<Took> base, List<Took> rounds) {
    add(
        row(name)
            .with(Figure.IMAGES_PER_SECOND, images / median(rounds, Took::seconds))
            .with(Figure.FRACTION, fraction(base, rounds, Took::seconds)));
  }

  private void processor(String name, List<Took> base, List<Took> rounds) {
    double seconds = median(rounds, Took::processorSeconds) / images;
    add(
        row(name + ", processor")
            .with(Figure.MILLISECONDS, 1000 * seconds)
            .with(Figure.FRACTION, fraction(base, rounds, Took::processorSeconds)));
  }

  private static double median(List<Took> rounds, ToDoubleFunction<Took> what) {
    return StatUtils.percentile(rounds.stream().mapToDouble(what).toArray(), 50);
  }

  /** Returns the median, over the rounds, of the ratio of two times. */
  private static double fraction(List<Took> base, List<Took> rounds, ToDoubleFunction<Took> what) {
    return StatUtils.percentile(
        IntStream.range(0, rounds.size())
            .mapToDouble(i -> what.applyAsDouble(base.get(i)) / what.applyAsDouble(rounds.get(i)))
            .toArray(),
        50);
  }

  private void fairness(ServedWork work) {
    latency("one image alone", work.latencies(images));
    latency("one image beside " + LARGE_JOB, work.latenciesBeside(LARGE_JOB));
  }

  private void latency(String name, double[] millis) {
    add(row(name + ", p50").with(Figure.MILLISECONDS, StatUtils.percentile(millis, 50)));
    add(
        row(name + ", p99")
            .with(
                Figure.MILLISECONDS,
                new Percentile(99).withEstimationType(EstimationType.R_1).evaluate(millis)));
  }

  private void memory(ServedWork work) {
    if (steady > 0) {
      int early = Math.max(1, steady / 10);
      work.take(4, early);
      double before = measured("after " + early + " images", Double.NaN);
      work.take(4, steady - early);
      measured("after " + steady + " images", before);
    }
    ProcessMemory.peakMebibytes()
        .ifPresent(peak -> add(Row.of("peak memory of all of this").with(Figure.MEBIBYTES, peak)));
  }

  /** Returns the current memory, and its fraction of the earlier value, if there is one. */
  private double measured(String when, double before) {
    System.gc();
    double now = ProcessMemory.residentMebibytes().orElse(Double.NaN);
    Row row = Row.of("memory " + when).with(Figure.MEBIBYTES, now);
    add(Double.isNaN(before) ? row : row.with(Figure.FRACTION, now / before));
    return now;
  }

  private static Row row(String name) {
    return Row.of(name, 1, Precision.BFLOAT16);
  }

  private void add(Row row) {
    rows.add(row);
    Table.print(spec.commandLine().getOut(), row);
  }
}
