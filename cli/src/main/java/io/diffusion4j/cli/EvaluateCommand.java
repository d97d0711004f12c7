package io.diffusion4j.cli;

import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.diffusion.NoiseSource;
import io.diffusion4j.diffusion.PhiloxNoise;
import io.diffusion4j.diffusion.SamplingListener;
import io.diffusion4j.diffusion.TextToImage;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.sampling.Samplers;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.train.Preset;
import io.diffusion4j.evaluation.Evaluation;
import io.diffusion4j.evaluation.PromptSet;
import io.diffusion4j.evaluation.Result;
import io.diffusion4j.evaluation.judge.Judge;
import io.diffusion4j.evaluation.report.CaptionedFolder;
import io.diffusion4j.evaluation.report.HtmlReport;
import io.diffusion4j.evaluation.report.JsonReport;
import io.diffusion4j.evaluation.report.TextReport;
import io.diffusion4j.local.LocalModel;
import io.diffusion4j.prior.DiffusionPrior;
import io.diffusion4j.unclip.Residency;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diffusion4j evaluate}: how well a model draws what it is told, in numbers. */
@Command(
    name = "evaluate",
    description = "Measure how well a model, or a folder of pictures, shows what was asked for.",
    footer = {
      "",
      "Every number stands beside the same number of real pictures (ceiling) and of the model's",
      "pictures with shuffled captions (floor), and apart for combinations that were trained on",
      "(seen) and that never were. The same seed gives the same table.",
      "",
      "Example:",
      "  diffusion4j evaluate --count 512 --json quality.json --report quality"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "512",
      description = "How many prompts. Default: ${DEFAULT-VALUE}")
  private int count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of prompts, pictures and intervals. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "How many pictures are drawn at once. Default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Measure the pictures of this folder instead of drawing some: "
              + CaptionedFolder.CAPTIONS
              + " in it has a file, a tab and a caption on each line. A report is such a folder.")
  private @Nullable Path images;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "Whose concepts are asked for, emoji or tiny. Default: what the model says it is; emoji"
              + " for --images")
  private @Nullable String presetName;

  @Option(
      names = "--judge",
      paramLabel = "DIR",
      defaultValue = "${sys:diffusion4j.home:-.}/emoji/judge",
      description =
          "The folder of the judge, which tells style, retrieval and the Fréchet distance"
              + " (train judge makes one). Default: ${DEFAULT-VALUE}")
  private Path judgeFolder = Path.of("");

  @Option(names = "--json", paramLabel = "FILE", description = "Write the numbers to this file.")
  private @Nullable Path json;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Write a page with all pictures into this folder.")
  private @Nullable Path report;

  @ArgGroup(validate = false, heading = "%nSampling:%n")
  private StageOptionsGroup stages = new StageOptionsGroup();

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  /** What is measured, and what the numbers depend on. */
  private record Pictures(
      ConceptSet concepts, PromptSet prompts, List<Image> images, Map<String, Object> facts) {}

  @Override
  public Integer call() {
    check();
    try (Judge judge = Judge.load(judgeFolder)) {
      Pictures pictures = images == null ? drawn() : read(images);
      say("measuring " + pictures.images.size() + " pictures");
      Result result =
          new Evaluation(pictures.concepts, Optional.of(judge), seed)
              .measure(pictures.prompts, pictures.images);
      var out = spec.commandLine().getOut();
      TextReport.lines(result.metrics()).forEach(out::println);
      out.flush();
      if (json != null) {
        JsonReport.write(json, pictures.facts, result.metrics());
      }
      if (report != null) {
        HtmlReport.write(report, pictures.facts, result);
      }
    }
    return 0;
  }

  /** Everything that can be wrong, before hours are spent. */
  private void check() {
    requirePositive("count", count);
    requirePositive("batch", batch);
    if (seed < 0) {
      throw new IllegalArgumentException("seed: " + seed + " (expected: ≥ 0)");
    }
    stages.check();
    stages.checkSamplers(Samplers.standard());
    if (images == null) {
      LocalModel.requirePipeline(model.folder);
    }
    if (json != null) {
      new OutputFile("json", json).requireWritable();
    }
    if (report != null && Files.exists(report) && !Files.isDirectory(report)) {
      throw new IllegalArgumentException("report: " + report + " (expected: a folder)");
    }
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: ≥ 1)");
    }
  }

  private Pictures read(Path folder) {
    var read = CaptionedFolder.read(folder);
    return new Pictures(
        Preset.named(presetName == null ? "emoji" : presetName).concepts(),
        read.prompts(),
        read.images(),
        facts("images", folder.toString()));
  }

  private Pictures drawn() {
    say("loading " + model.folder);
    try (LocalModel local = model.load(Residency.ALWAYS)) {
      String name = presetName == null ? local.facts().name() : presetName;
      ConceptSet concepts = Preset.named(name).concepts();
      PromptSet prompts = PromptSet.of(concepts, count, seed);
      return new Pictures(
          concepts, prompts, draw(local, prompts), facts("model", local.facts().digest()));
    }
  }

  private List<Image> draw(LocalModel local, PromptSet prompts) {
    List<Image> drawn = new ArrayList<>(prompts.size());
    TextToImage pipeline = local.textToImage();
    try (var bar = Bars.of(spec.commandLine().getErr()).bar("evaluate", 0, prompts.size())) {
      for (int from = 0; from < prompts.size(); from += batch) {
        int to = Math.min(prompts.size(), from + batch);
        List<NoiseSource> noise =
            IntStream.range(from, to).<NoiseSource>mapToObj(i -> new PhiloxNoise(seed, i)).toList();
        var request =
            new TextToImage.Request(
                prompts.texts().subList(from, to),
                "",
                noise,
                local.settings(DiffusionPrior.STAGE, stages.byStage()),
                local.settings(DiffusionDecoder.STAGE, stages.byStage()),
                local.settings(DiffusionUpsampler.STAGE, stages.byStage()));
        drawn.addAll(pipeline.generate(request, SamplingListener.NONE).images());
        bar.at(to, "");
      }
    }
    return drawn;
  }

  private Map<String, Object> facts(String what, String value) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put(what, value);
    facts.put("judge", judgeFolder.toString());
    facts.put("seed", seed);
    return facts;
  }

  private void say(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }
}
