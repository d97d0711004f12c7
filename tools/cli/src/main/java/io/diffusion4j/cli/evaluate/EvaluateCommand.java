package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.ProgressBars;
import io.diffusion4j.cli.extension.Plotter;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.cli.options.Variation;
import io.diffusion4j.clip.ClipEncoders;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.pipeline.AppliedLora;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ReplacedPart;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.evaluation.Evaluation;
import io.diffusion4j.evaluation.GeneratedMetric;
import io.diffusion4j.evaluation.GeneratedPictures;
import io.diffusion4j.evaluation.PromptPictures;
import io.diffusion4j.evaluation.PromptSet;
import io.diffusion4j.evaluation.Result;
import io.diffusion4j.evaluation.judge.EvaluationModel;
import io.diffusion4j.evaluation.report.CaptionedFolder;
import io.diffusion4j.evaluation.report.DataSetEvaluation;
import io.diffusion4j.evaluation.report.DataSetReport;
import io.diffusion4j.evaluation.report.HtmlReport;
import io.diffusion4j.evaluation.report.JsonReport;
import io.diffusion4j.evaluation.report.PairSheet;
import io.diffusion4j.evaluation.report.SweepPoint;
import io.diffusion4j.evaluation.report.TextReport;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.unclip.ModelFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j evaluate}: measures how well a model follows its prompts. */
@Command(
    name = "evaluate",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Measure how well a model, or a folder of pictures, follows the prompts.",
    footer = {
      "",
      "Each metric is compared with its value for real pictures (the ceiling) and "
          + "for the model's pictures with shuffled captions (the floor). Trained "
          + "combinations of concepts (seen) and held-out ones are also measured "
          + "separately. The same seed gives the same table.",
      "Examples:",
      "  diffusion4j evaluate --json quality.json --report quality",
      "  diffusion4j evaluate --diversity 8 --variations 128",
      "  diffusion4j evaluate --vary decoder-guidance=1,2,3,4 --plot guidance.svg",
      "  diffusion4j evaluate --vary decoder-steps=5,10,20 --vary sampler=ddim,dpmpp-2m --plot"
          + " s.svg",
      "  diffusion4j evaluate --vary prior=diffusion,ar --json priors.json",
      "  diffusion4j evaluate --model my-model --data held-out --trained-on pictures"
          + " --clip openai/clip-vit-base-patch32 --report report"
    })
public final class EvaluateCommand implements Callable<Integer>, SamplingOptions.Sampled {
  /** The varied option whose values are folders. */
  static final String MODEL = "model";

  private static final List<String> VARIED =
      Stream.concat(Stream.of(MODEL), new SamplingOptions("").names().stream()).toList();

  @Mixin private Console console = new Console();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "512",
      description = "The number of prompts. Default: ${DEFAULT-VALUE}")
  private int count;

  @Mixin private CommonOptions.Seed seed = new CommonOptions.Seed();

  @Mixin private CommonOptions.Batch batch = new CommonOptions.Batch(16);

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Measure the pictures in this folder instead of drawing. Each line of the "
              + "folder's "
              + CaptionedFolder.CAPTIONS
              + " has a file name, a tab and a caption. A folder written by --report "
              + "works too.")
  private @Nullable Path images;

  @Mixin private DataSetOptions dataSet = new DataSetOptions();

  @Mixin private FurtherMetrics further = new FurtherMetrics();

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "Use prompts with the concepts of this preset: emoji, emoji-2, tiny, small, "
              + "medium, or a preset file. Default: the model's preset; emoji with --images")
  private @Nullable String presetName;

  @Option(
      names = "--judge",
      paramLabel = "DIR",
      defaultValue = "${sys:diffusion4j.home:-.}/emoji/judge",
      description =
          "The folder of the judge network, which measures style, retrieval and the "
              + "Fréchet distance; train judge creates it. Default: ${DEFAULT-VALUE}")
  private Path judgeFolder = Path.of("");

  @Mixin private CommonOptions.JsonFile json = new CommonOptions.JsonFile();

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Write an HTML page with all pictures to this folder.")
  private @Nullable Path report;

  @Option(
      names = "--sheet",
      paramLabel = "FILE",
      description =
          "Write a PNG with the first 24 held-out prompts: each real picture above the "
              + "model's picture.")
  private @Nullable Path sheet;

  @Option(
      names = "--nearest",
      paramLabel = "FILE",
      description =
          "Write a PNG with the 24 single-object pictures that are most similar to a "
              + "training picture, each above its training picture.")
  private @Nullable Path nearest;

  @Option(
      names = "--vary",
      paramLabel = "NAME=V,V",
      description =
          "Evaluate once for each value of this sampling option, and print a line for "
              + "each; the name model takes model folders. Given twice, all combinations are "
              + "evaluated.")
  private List<String> vary = List.of();

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description =
          "Plot the results of --vary to FILE.png or FILE.svg: the values of the first "
              + "option on the x axis, and a line for each value of the second.")
  private @Nullable Path plot;

  private final SamplingOptions stages = new SamplingOptions("Sampling");

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Mixin private PluginOptions plugins = new PluginOptions();

  /** The metrics, what measured them, and the facts that they depend on. */
  private record Measured(Result result, Evaluation evaluation, Map<String, Object> facts) {}

  @Override
  public SamplingOptions sampling() {
    return stages;
  }

  @Override
  public Integer call() {
    List<Variation> variations =
        vary.stream().map(text -> Variation.parse("vary", text, VARIED)).toList();
    check(variations);
    if (dataSet.isGiven()) {
      measureOnDataSet();
      return 0;
    }
    try (EvaluationModel judge =
        EvaluationModel.load(judgeFolder, ModelOptions.compute(Precision.FLOAT32))) {
      if (variations.isEmpty()) {
        report(images == null ? drawn(judge) : read(judge, images));
      } else {
        sweep(judge, variations);
      }
    }
    return 0;
  }

  private void report(Measured measured) {
    Result result = measured.result;
    print(TextReport.lines(result.metrics()));
    json.path().ifPresent(file -> JsonReport.write(file, measured.facts, result.metrics()));
    if (report != null) {
      HtmlReport.write(report, measured.facts, result);
    }
    if (sheet != null) {
      new OutputFile("sheet", sheet).write(Png.encode(PairSheet.of(result), Map.of()));
    }
    if (nearest != null) {
      var pairs = measured.evaluation.nearestPairs(result, PairSheet.PAIRS);
      Image pictures = PairSheet.of(pairs.generated(), pairs.training());
      new OutputFile("nearest", nearest).write(Png.encode(pictures, Map.of()));
    }
  }

  private void measureOnDataSet() {
    try (var jars = plugins.load();
        var open =
            ModelOptions.open(
                model.folder(), stages.opening(model.opening(Residency.ALWAYS)), jars)) {
      var measured = measuredOnDataSet(open.pipeline());
      print(TextReport.lines(measured.metrics()));
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("model", open.pipeline().card().identity().weightsDigest());
      facts.put("data", dataSet.name());
      facts.put("clip", dataSet.clip().toString());
      facts.put("seed", seed.value());
      json.path().ifPresent(file -> JsonReport.write(file, facts, measured.metrics()));
      if (report != null) {
        DataSetReport.write(report, facts, measured.metrics(), measured.pairs());
      }
    }
  }

  private DataSetEvaluation.Measured measuredOnDataSet(ImagePipeline pipeline) {
    var drawer = new PromptDrawer(seed.value(), batch.size(), console.bars());
    try (var progress = new TrainingPictures(console);
        var clip =
            ClipEncoders.open(
                dataSet.clip(), Optional.empty(), ModelOptions.compute(Precision.FLOAT32))) {
      return new DataSetEvaluation(
              dataSet::pictures, dataSet::trainedOn, count, seed.value(), progress)
          .measure(
              pipeline.card().images().width(),
              captions -> drawer.draw(pipeline, captions, stages),
              clip);
    }
  }

  /** Shows the notes of a measurement, and a bar for the training pictures. */
  private static final class TrainingPictures implements DataSetEvaluation.Listener, AutoCloseable {
    private final Console console;
    private ProgressBars.@Nullable Bar bar;

    TrainingPictures(Console console) {
      this.console = console;
    }

    @Override
    public void onNote(String line) {
      console.say(line);
    }

    @Override
    public void onTrainingPictures(long done, long all) {
      if (bar == null) {
        bar = console.bars().bar("trained on", 0, all);
      }
      bar.at(done, "");
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }

  private Evaluation evaluation(EmojiPreset preset, EvaluationModel judge) {
    return new Evaluation(
        preset.drawn().concepts(), preset.drawn().scenes(), Optional.of(judge), seed.value());
  }

  private void sweep(EvaluationModel judge, List<Variation> variations) {
    List<SweepPoint> points = new ArrayList<>();
    for (Map<String, String> at : Variation.combinations("vary", variations)) {
      console.say(at.toString());
      set(at);
      points.add(new SweepPoint(at, drawn(judge).result.metrics()));
    }
    print(TextReport.sweep(points));
    json.path()
        .ifPresent(
            file -> JsonReport.writeSweep(file, facts("count", Integer.toString(count)), points));
    if (plot != null) {
      Variation along = variations.get(0);
      boolean models = along.name().equals(MODEL);
      List<Double> places = models ? trainingSteps(along.values()) : List.of();
      Plotter.of("plot", plot).plot(plot, variations, places, "training steps", points);
    }
  }

  /** Returns the training steps of each decoder; empty unless all are known and differ. */
  private static List<Double> trainingSteps(List<String> folders) {
    List<Double> steps = new ArrayList<>();
    for (String folder : folders) {
      OptionalLong of = ModelFacts.trainingSteps(Path.of(folder));
      if (of.isPresent()) {
        steps.add((double) of.getAsLong());
      }
    }
    return steps.stream().distinct().count() == folders.size() ? steps : List.of();
  }

  private void set(Map<String, String> options) {
    options.forEach(
        (name, value) -> {
          if (name.equals(MODEL)) {
            model.setFolder(Path.of(value));
          } else {
            stages.set(name, value);
          }
        });
  }

  private void print(List<String> lines) {
    lines.forEach(console::print);
  }

  /** Checks all options before the work begins, which can take hours. */
  private void check(List<Variation> variations) {
    Check.that(count >= 1, "count", count, "≥ 1");
    batch.size();
    seed.value();
    for (Map<String, String> at :
        Variation.combinations("vary", variations)) { // the empty one at least
      set(at);
      stages.check();
      stages.checkNames(model.folder(), plugins);
    }
    Check.that(variations.size() <= 2, "vary", vary, "two options at most");
    Check.that(
        variations.isEmpty()
            || (images == null && report == null && sheet == null && nearest == null),
        "vary",
        vary,
        "none beside --images, --report, --sheet and --nearest");
    if (plot != null) {
      Check.that(!variations.isEmpty(), "plot", plot, "beside --vary");
      Plotter.of("plot", plot).checkChart("plot", plot);
    }
    further.check();
    if (images != null || dataSet.isGiven()) {
      further.requireNone("0 beside --images and --data");
    }
    dataSet.check();
    Check.that(
        !dataSet.isGiven()
            || (images == null && sheet == null && nearest == null && variations.isEmpty()),
        "data",
        dataSet.name(),
        "none beside --images, --sheet, --nearest and --vary");
    if (images == null) {
      for (Map<String, String> at : Variation.combinations("vary", variations)) {
        set(at);
        OpenPipeline.family(model.folder());
      }
    }
    json.path().ifPresent(file -> new OutputFile("json", file).requireWritable());
    if (sheet != null) {
      new OutputFile("sheet", sheet).requirePng();
    }
    if (nearest != null) {
      new OutputFile("nearest", nearest).requirePng();
    }
    Check.that(
        report == null || !Files.exists(report) || Files.isDirectory(report),
        "report",
        report,
        "a folder");
  }

  private Measured read(EvaluationModel judge, Path folder) {
    var read = CaptionedFolder.read(folder);
    var evaluation = evaluation(EmojiPreset.of(presetName == null ? "emoji" : presetName), judge);
    return new Measured(
        measured(evaluation, read.prompts(), read.images()),
        evaluation,
        facts("images", folder.toString()));
  }

  private Result measured(Evaluation evaluation, PromptSet prompts, List<Image> pictures) {
    console.say("measuring " + pictures.size() + " pictures");
    return evaluation.measure(prompts, pictures);
  }

  private Measured drawn(EvaluationModel judge) {
    try (var jars = plugins.load()) {
      console.say("loading " + model.folder());
      try (var open =
          ModelOptions.open(
              model.folder(), stages.opening(model.opening(Residency.ALWAYS)), jars)) {
        var pipeline = open.pipeline();
        var identity = pipeline.card().identity();
        EmojiPreset preset = EmojiPreset.of(presetName == null ? identity.name() : presetName);
        PromptSet prompts = PromptSet.of(preset.drawn(), count, seed.value());
        var evaluation = evaluation(preset, judge);
        List<GeneratedMetric> metrics = further.of(evaluation);
        List<GeneratedPictures> lists = // before anything is drawn, as a model may refuse the task
            metrics.stream()
                .map(m -> m.pictures(pipeline, task -> stages.settings(pipeline, task)))
                .toList();
        var drawer = new PromptDrawer(seed.value(), batch.size(), console.bars());
        Map<String, Object> facts = facts("model", identity.weightsDigest());
        if (!identity.replaced().isEmpty()) {
          facts.put("plugins", identity.replaced().stream().map(ReplacedPart::toString).toList());
        }
        if (!identity.loras().isEmpty()) {
          facts.put("loras", identity.loras().stream().map(AppliedLora::toString).toList());
        }
        Result result =
            measured(evaluation, prompts, drawer.draw(pipeline, prompts.texts(), stages));
        for (int i = 0; i < lists.size(); i++) {
          GeneratedMetric metric = metrics.get(i);
          result = result.with(metric.measure(drawer.draw(metric.name(), lists.get(i))));
        }
        return new Measured(result, evaluation, facts);
      }
    }
  }

  private Map<String, Object> facts(String what, String value) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put(what, value);
    facts.put("judge", judgeFolder.toString());
    facts.put("seed", seed.value());
    return facts;
  }

  /** Draws lists of pictures in batches. */
  private record PromptDrawer(long seed, int batch, ProgressBars bars) {
    /** Draws a picture of each prompt. */
    List<Image> draw(ImagePipeline pipeline, List<String> prompts, SamplingOptions stages) {
      var settings = stages.settings(pipeline, ImageTask.of(prompts.get(0)));
      return draw("evaluate", new PromptPictures(pipeline, settings, prompts, seed));
    }

    /**
     * Draws all pictures of a list.
     *
     * @param name the name of the progress bar
     */
    List<Image> draw(String name, GeneratedPictures pictures) {
      List<Image> drawn = new ArrayList<>(pictures.size());
      try (var bar = bars.bar(name, 0, pictures.size())) {
        for (int from = 0; from < pictures.size(); from += batch) {
          int to = Math.min(pictures.size(), from + batch);
          drawn.addAll(pictures.draw(from, to));
          bar.at(to, "");
        }
      }
      return drawn;
    }
  }
}
