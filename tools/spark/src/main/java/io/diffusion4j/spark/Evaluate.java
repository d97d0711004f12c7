package io.diffusion4j.spark;

import io.diffusion4j.cli.console.Version;
import io.diffusion4j.cli.evaluate.FurtherMetrics;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.evaluation.Evaluation;
import io.diffusion4j.evaluation.GeneratedMetric;
import io.diffusion4j.evaluation.GeneratedPictures;
import io.diffusion4j.evaluation.PromptPictures;
import io.diffusion4j.evaluation.PromptSet;
import io.diffusion4j.evaluation.Result;
import io.diffusion4j.evaluation.judge.EvaluationModel;
import io.diffusion4j.evaluation.report.HtmlReport;
import io.diffusion4j.evaluation.report.JsonReport;
import io.diffusion4j.evaluation.report.TextReport;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures how well a model follows its prompts, as {@code diffusion4j evaluate} does: executors
 * draw, and the driver measures. The table is the same.
 */
@Command(
    name = "evaluate",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Measure how well a model follows the prompts, on a Spark cluster.",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class Evaluate implements Callable<Integer>, SamplingOptions.Sampled {
  private static final OncePerProcess<Opened> OPENED =
      new OncePerProcess<>(arguments -> JobLine.parsed(new Evaluate(), arguments).open());

  /**
   * The model in a process.
   *
   * @param lists the pictures of the prompts, and of each further metric
   */
  private record Opened(ImagePipeline pipeline, List<GeneratedPictures> lists) {}

  @Mixin private JobContext job = new JobContext();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "512",
      description = "The number of prompts. Default: ${DEFAULT-VALUE}")
  private int count;

  @Mixin private CommonOptions.Seed seed = new CommonOptions.Seed();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "16",
      description = "The batch size of a task, in pictures. Default: ${DEFAULT-VALUE}")
  private int rows;

  @Mixin private FurtherMetrics further = new FurtherMetrics();

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "The preset whose concepts the prompts name: emoji, emoji-2 or tiny. "
              + "Default: the model's preset")
  private @Nullable String presetName;

  @Option(
      names = "--judge",
      paramLabel = "DIR",
      defaultValue = "${sys:diffusion4j.home:-.}/emoji/judge",
      description =
          "The folder of the judge network, on the driver; train judge creates it. "
              + "Default: ${DEFAULT-VALUE}")
  private Path judgeFolder = Path.of("");

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the results to this JSON file on the driver.")
  private @Nullable Path json;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Write an HTML page with all pictures to this folder on the driver.")
  private @Nullable Path report;

  private final SamplingOptions stages = new SamplingOptions("Sampling");

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Mixin private PluginOptions plugins = new PluginOptions();

  @SuppressWarnings("UnusedVariable") // its option sets the engine
  @Mixin
  private EngineOption engine = new EngineOption();

  /** Runs the job with the arguments of {@code spark-submit}. */
  public static void main(String[] arguments) {
    JobLine.main(new Evaluate(), arguments);
  }

  @Override
  public SamplingOptions sampling() {
    return stages;
  }

  @Override
  public Integer call() {
    check();
    List<String> arguments = job.arguments();
    SparkSession spark = job.session();
    try (EvaluationModel judge =
        EvaluationModel.load(judgeFolder, ModelOptions.compute(Precision.FLOAT32))) {
      Opened opened = OPENED.of(arguments);
      EmojiPreset preset = preset(opened.pipeline);
      Evaluation evaluation = evaluation(preset, Optional.of(judge));
      Result result =
          evaluation.measure(prompts(preset), drawn(spark, arguments, opened, 0, "pictures"));
      List<GeneratedMetric> metrics = further.of(evaluation);
      for (int i = 0; i < metrics.size(); i++) {
        GeneratedMetric metric = metrics.get(i);
        result =
            result.with(
                metric.measure(
                    drawn(spark, arguments, opened, i + 1, "pictures for " + metric.name())));
      }
      TextReport.lines(result.metrics()).forEach(job::print);
      write(result, opened.pipeline);
    }
    return 0;
  }

  private void check() {
    Check.that(count >= 1, "count", count, "≥ 1");
    Check.that(rows >= 1, "rows", rows, "≥ 1");
    further.check();
    stages.check();
    OpenPipeline.family(model.folder());
    stages.checkNames(model.folder(), plugins);
    if (json != null) {
      new OutputFile("json", json).requireWritable();
    }
    Check.that(
        report == null || !Files.exists(report) || Files.isDirectory(report),
        "report",
        report,
        "a folder");
  }

  /**
   * Draws the pictures of a list in the processes of the executors, a batch in each task.
   *
   * @param things the pictures, as progress lists them
   */
  private List<Image> drawn(
      SparkSession spark, List<String> arguments, Opened opened, int list, String things) {
    int all = opened.lists.get(list).size();
    int batch = rows;
    Pixels size = opened.pipeline.card().images();
    List<Integer> starts =
        IntStream.iterate(0, from -> from < all, from -> from + batch).boxed().toList();
    try (var progress = Progress.start(spark, things, all, job::print)) {
      LongAccumulator counter = progress.counter();
      return new JavaSparkContext(spark.sparkContext())
              .parallelize(starts, starts.size())
              .map(
                  from -> {
                    int to = Math.min(all, from + batch);
                    float[][] drawn =
                        TaskRows.guarded(
                            () ->
                                OPENED.of(arguments).lists.get(list).draw(from, to).stream()
                                    .map(Image::pixels)
                                    .toArray(float[][]::new));
                    counter.add(drawn.length);
                    return drawn;
                  })
              .collect()
              .stream()
              .flatMap(Arrays::stream)
              .map(pixels -> new Image(size.width(), size.height(), pixels))
              .toList();
    }
  }

  private EmojiPreset preset(ImagePipeline pipeline) {
    return EmojiPreset.of(presetName == null ? pipeline.card().identity().name() : presetName);
  }

  private PromptSet prompts(EmojiPreset preset) {
    return PromptSet.of(preset.drawn(), count, seed.value());
  }

  private Evaluation evaluation(EmojiPreset preset, Optional<EvaluationModel> judge) {
    return new Evaluation(preset.drawn().concepts(), preset.drawn().scenes(), judge, seed.value());
  }

  /** Opens the model, in the process of an executor or of the driver. */
  private Opened open() {
    Plugins parts = plugins.load(); // as long as the model, which is never closed
    ImagePipeline pipeline =
        ModelOptions.open(model.folder(), stages.opening(model.opening(Residency.ALWAYS)), parts)
            .pipeline();
    EmojiPreset preset = preset(pipeline);
    List<String> texts = prompts(preset).texts();
    List<GeneratedPictures> lists = new ArrayList<>();
    lists.add(
        new PromptPictures(
            pipeline, stages.settings(pipeline, ImageTask.of(texts.get(0))), texts, seed.value()));
    if (further.areGiven()) { // else the evaluation with its drawings is not needed here
      for (GeneratedMetric metric : further.of(evaluation(preset, Optional.empty()))) {
        lists.add(metric.pictures(pipeline, task -> stages.settings(pipeline, task)));
      }
    }
    return new Opened(pipeline, lists);
  }

  private void write(Result result, ImagePipeline pipeline) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("model", pipeline.card().identity().weightsDigest());
    facts.put("judge", judgeFolder.toString());
    facts.put("seed", seed.value());
    if (json != null) {
      JsonReport.write(json, facts, result.metrics());
    }
    if (report != null) {
      HtmlReport.write(report, facts, result);
    }
  }
}
