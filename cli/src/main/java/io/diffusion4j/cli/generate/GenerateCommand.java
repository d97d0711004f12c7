package io.diffusion4j.cli.generate;

import com.google.protobuf.util.Durations;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.StageBars;
import io.diffusion4j.cli.console.StageWatch;
import io.diffusion4j.cli.generate.LocalBatch.Drawn;
import io.diffusion4j.cli.options.ConnectionOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Warning;
import io.diffusion4j.unclip.UnclipModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j generate}: a prompt becomes images, here or at a server. */
@Command(
    name = "generate",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Make images from texts.",
    footer = {
      "",
      "Example:",
      "  diffusion4j generate \"a red apple on a blue background\" --output apple.png"
    })
public final class GenerateCommand implements Callable<Integer>, SamplingOptions.Sampled {
  @Mixin private Console console = new Console();

  @Mixin private PromptOptions prompts = new PromptOptions();

  @Option(
      names = "--negative",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What the image shall not show.")
  private String negative = "";

  private final SamplingOptions stages = SamplingOptions.ofUnclip("Sampling");

  @ArgGroup(validate = false, heading = "%nTo compare with other frameworks:%n")
  private BatchOptions batch = new BatchOptions();

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Mixin private PluginOptions plugins = new PluginOptions();

  @Option(
      names = "--label",
      paramLabel = "CLASS",
      description = "The number of the class to draw, of a model that knows classes.")
  private @Nullable Integer label;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "Ask this server instead of loading a model.")
  private @Nullable String server;

  @ArgGroup(validate = false, heading = "%nServer:%n")
  private ConnectionOptions connection = new ConnectionOptions();

  @Override
  public SamplingOptions sampling() {
    return stages;
  }

  @Override
  public Integer call() throws IOException {
    check();
    return server == null ? drawHere() : ask(server);
  }

  /** Everything that can be wrong without a model, before one is loaded. */
  private void check() {
    prompts.check();
    stages.check();
    Check.that(label == null || label >= 0, "label", label, "≥ 0");
    Check.that(label == null || prompts.prompts.isEmpty(), "label", label, "none beside a prompt");
    prompts.files().requireWritable();
    batch.check(prompts.draws.seed);
    connection.check(server);
    if (server == null) {
      requireWords();
      if (!plugins.areGiven()) { // which may add some
        stages.checkSamplers(UnclipModel.priorSamplers(model.folder()));
      }
      OpenPipeline.family(model.folder());
    } else if (batch.areGiven()) {
      throw Check.refusal("server", server, "none beside --noise and --raw");
    } else {
      plugins.requireNoneBeside(server);
      stages.checkForServer();
    }
  }

  /** A model that draws without words is the only one that needs no prompt. */
  private void requireWords() {
    Path folder = model.folder();
    if (!Files.isDirectory(folder) || OpenPipeline.family(folder).needsWords()) {
      prompts.requireSome();
    }
  }

  /** Draws the images of all prompts as one batch. */
  private int drawHere() throws IOException {
    long seed = prompts.draws.seedOrNew();
    new LocalBatch(console, prompts.files(), prompts.draws, batch, plugins)
        .run(
            model.folder(),
            opening(),
            seed,
            (open, noise, watch) -> {
              ImagePipeline pipeline = open.pipeline();
              List<DirectRequest> requests = requests(pipeline, seed);
              warn(requests.stream().flatMap(request -> request.warnings().stream()).toList());
              var images = pipeline.draw(task(requests), requests.get(0).settings(), noise, watch);
              int each = prompts.draws.count;
              return batch.noise != null // no seed makes them again
                  ? Drawn.plain(images)
                  : new Drawn(
                      images,
                      i -> {
                        var file = requests.get(i / each).file(i % each, images.get(i));
                        return file.getData().toByteArray();
                      });
            });
    return 0;
  }

  /** What is drawn: all prompts at once, or what is drawn without any. */
  private ImageTask task(List<DirectRequest> requests) {
    if (prompts.prompts.isEmpty()) {
      return requests.get(0).task();
    }
    var words =
        prompts.prompts.stream().map(prompt -> new ImageTask.Words(prompt, negative)).toList();
    return new ImageTask.TextToImage(prompts.forEachImage(words));
  }

  private List<DirectRequest> requests(ImagePipeline pipeline, long seed) {
    if (!prompts.prompts.isEmpty()) {
      return prompts.prompts.stream().map(prompt -> request(pipeline, prompt, seed)).toList();
    }
    var request =
        withoutWords().putAllStages(stages.byStage(pipeline.card())).addSeeds(seed).build();
    return List.of(DirectRequest.of(pipeline, request));
  }

  private GenerateImagesRequest.Builder withoutWords() {
    return Requests.unconditional(label == null ? OptionalInt.empty() : OptionalInt.of(label));
  }

  /** One embedding is drawn from recorded noise, as by the published pipelines. */
  private Opening opening() {
    Opening usual = stages.opening(model.opening(Residency.ONE_AT_A_TIME));
    return batch.noise == null ? usual : usual.withCandidates(1);
  }

  private DirectRequest request(ImagePipeline pipeline, String prompt, long seed) {
    var request =
        Requests.textToImage(prompt, negative)
            .putAllStages(stages.byStage(pipeline.card()))
            .addSeeds(seed)
            .build();
    // One of several prompts is no field of a request; a warning quotes its words.
    return prompts.prompts.size() == 1
        ? DirectRequest.of(pipeline, request)
        : DirectRequest.of(pipeline, request, "prompt");
  }

  private int ask(String address) throws IOException {
    PngFiles files = prompts.files();
    if (files.isStandardOutput()) {
      console.leaveOutput();
    }
    boolean complete = true;
    List<GenerateImagesRequest.Builder> requests =
        prompts.prompts.isEmpty()
            ? List.of(withoutWords())
            : prompts.prompts.stream()
                .map(prompt -> Requests.textToImage(prompt, negative))
                .toList();
    for (int i = 0; i < requests.size(); i++) {
      try (var client = connection.connect(address)) {
        Generation generation = draw(client, requests.get(i));
        report(generation, files, i * prompts.draws.count);
        complete &= generation.failures().isEmpty();
      }
    }
    if (!complete) {
      return FailureHandler.FAILED;
    }
    files.writeSheet().ifPresent(console::print);
    return 0;
  }

  private Generation draw(GenerationClient client, GenerateImagesRequest.Builder request) {
    request.setImageCount(prompts.draws.count).putAllStages(stages.byStage());
    model.loras().ask(request);
    if (prompts.draws.seed != null) {
      request.addSeeds(prompts.draws.seed);
    }
    try (var bars = new StageBars(console.bars(), prompts.draws.count)) {
      return client.generate(request.build(), bars);
    }
  }

  private void report(Generation generation, PngFiles files, int first) {
    warn(generation.warnings());
    for (var picture : generation.images()) {
      var about = picture.metadata();
      console.printf(
          "%s: %d×%d pixels, seed %s%s",
          files.write(first + about.getIndex(), picture.png()),
          about.getWidth(),
          about.getHeight(),
          Long.toUnsignedString(about.getSeed()),
          prompts.draws.count == 1 ? "" : ", image " + (about.getIndex() + 1) + " of it");
    }
    Map<String, Double> seconds = new LinkedHashMap<>();
    var usage = generation.usage();
    usage
        .getStagesList()
        .forEach(s -> seconds.put(s.getStage(), Durations.toSecondsAsDouble(s.getTime())));
    console.print(StageWatch.times(seconds, Durations.toSecondsAsDouble(usage.getRunTime())));
    generation
        .failures()
        .forEach(
            f ->
                console.say(
                    "error: image " + (f.getImageIndex() + 1) + ": " + f.getError().getMessage()));
  }

  private void warn(List<Warning> warnings) {
    warnings.stream()
        .distinct()
        .forEach(w -> console.say("warning: " + w.getField() + ": " + w.getMessage()));
  }
}
