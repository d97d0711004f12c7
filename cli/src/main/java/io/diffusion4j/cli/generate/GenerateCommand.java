package io.diffusion4j.cli.generate;

import com.google.protobuf.util.Durations;
import io.diffusion4j.cli.console.Bars;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.StageBars;
import io.diffusion4j.cli.console.StageWatch;
import io.diffusion4j.cli.options.ConnectionOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.cli.options.StageOptionsGroup;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.serving.v1.Warning;
import io.diffusion4j.unclip.UnclipModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code diffusion4j generate}: a prompt becomes images, here or at a server. */
@Command(
    name = "generate",
    description = "Make images from texts.",
    footer = {
      "",
      "Example:",
      "  diffusion4j generate \"a red apple on a blue background\" --output apple.png"
    })
public final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "PROMPT",
      arity = "1..*",
      description =
          "What an image shows, in quotes. Several are drawn as one batch, and their images are"
              + " numbered.")
  private List<String> prompts = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      defaultValue = "image.png",
      description = "The PNG file to write. Default: ${DEFAULT-VALUE}")
  private Path output = Path.of("");

  @Mixin private DrawOptions draws = new DrawOptions();

  @Option(
      names = "--negative",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What the image shall not show.")
  private String negative = "";

  @ArgGroup(validate = false, heading = "%nSampling:%n")
  private StageOptionsGroup stages = new StageOptionsGroup();

  @ArgGroup(validate = false, heading = "%nTo compare with other frameworks:%n")
  private BatchOptions batch = new BatchOptions();

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Mixin private PluginOptions plugins = new PluginOptions();

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "Ask this server instead of loading a model.")
  private @Nullable String server;

  @ArgGroup(validate = false, heading = "%nServer:%n")
  private ConnectionOptions connection = new ConnectionOptions();

  @Override
  public Integer call() throws IOException {
    PngFiles files = draws.files(output, prompts.size());
    check(files);
    return server == null ? drawHere(files) : ask(server, files);
  }

  /** Everything that can be wrong without a model, before one is loaded. */
  private void check(PngFiles files) {
    for (String prompt : prompts) {
      if (prompt.isBlank()) {
        throw new IllegalArgumentException("prompt: \"" + prompt + "\" (expected: some words)");
      }
    }
    draws.check();
    stages.check();
    files.requireWritable();
    batch.check(draws.seed);
    connection.check(server);
    if (server == null) {
      if (!plugins.areGiven()) { // which may add some
        stages.checkSamplers(UnclipModel.priorSamplers(model.folder()));
      }
      OpenPipeline.family(model.folder());
    } else if (batch.areGiven()) {
      throw new IllegalArgumentException(
          "server: " + server + " (expected: none beside --noise and --raw)");
    } else if (plugins.areGiven()) {
      throw new IllegalArgumentException(
          "server: " + server + " (expected: none beside --plugin; a server has its own)");
    } else {
      stages.checkForServer();
    }
  }

  /** Draws the images of all prompts as one batch. */
  private int drawHere(PngFiles files) throws IOException {
    long seed = draws.seedOrNew();
    var noise = batch.noise(prompts.size(), draws.count, seed);
    try (var jars = plugins.load()) {
      say("loading " + model.folder());
      try (var open = model.open(opening(), jars);
          var watch = new StageWatch(spec.commandLine().getErr(), noise.size())) {
        List<DirectRequest> requests =
            prompts.stream().map(prompt -> request(open.pipeline(), prompt, seed)).toList();
        warn(requests.stream().flatMap(r -> r.warnings().stream().map(this::named)).toList());
        List<ImageTask.Words> words =
            prompts.stream()
                .map(prompt -> new ImageTask.Words(prompt, negative))
                .flatMap(own -> Collections.nCopies(draws.count, own).stream())
                .toList();
        var images =
            open.pipeline()
                .draw(new ImageTask.TextToImage(words), requests.get(0).settings(), noise, watch);
        var output = new BatchOutput(files, batch, spec.commandLine().getOut());
        IntFunction<String> source = i -> batch.source(seed, i, draws.count);
        if (batch.noise == null) {
          output.write(
              images,
              i ->
                  requests
                      .get(i / draws.count)
                      .file(i % draws.count, images.get(i))
                      .getData()
                      .toByteArray(),
              source,
              watch.times());
        } else { // no seed makes them again
          output.write(images, source, watch.times());
        }
      }
    }
    return 0;
  }

  /** One embedding is drawn from recorded noise, as by the published pipelines. */
  private Opening opening() {
    Opening usual = stages.opening(model.opening(Residency.ONE_AT_A_TIME));
    return batch.noise == null ? usual : usual.withCandidates(1);
  }

  private DirectRequest request(ImagePipeline pipeline, String prompt, long seed) {
    return DirectRequest.of(
        pipeline,
        Requests.textToImage(prompt, negative)
            .putAllStages(stages.byStage(pipeline.card()))
            .addSeeds(seed)
            .build());
  }

  private int ask(String address, PngFiles files) throws IOException {
    boolean complete = true;
    for (int i = 0; i < prompts.size(); i++) {
      try (var client = connection.connect(address)) {
        Generation generation = draw(client, prompts.get(i));
        report(generation, files, i * draws.count);
        complete &= generation.failures().isEmpty();
      }
    }
    if (!complete) {
      return FailureHandler.FAILED;
    }
    files.writeSheet().ifPresent(sheet -> spec.commandLine().getOut().println(sheet));
    return 0;
  }

  private Generation draw(GenerationClient client, String prompt) {
    var request =
        Requests.textToImage(prompt, negative)
            .setImageCount(draws.count)
            .putAllStages(stages.byStage());
    if (draws.seed != null) {
      request.addSeeds(draws.seed);
    }
    try (var bars = new StageBars(Bars.of(spec.commandLine().getErr()), draws.count)) {
      return client.generate(request.build(), bars);
    }
  }

  private void report(Generation generation, PngFiles files, int first) {
    warn(generation.warnings());
    var out = spec.commandLine().getOut();
    for (var picture : generation.images()) {
      var about = picture.metadata();
      Path file = files.write(first + about.getIndex(), picture.png());
      out.printf(
          "%s: %d×%d pixels, seed %s%s%n",
          file,
          about.getWidth(),
          about.getHeight(),
          Long.toUnsignedString(about.getSeed()),
          draws.count == 1 ? "" : ", image " + (about.getIndex() + 1) + " of it");
    }
    out.println(times(generation));
    out.flush();
    generation
        .failures()
        .forEach(
            f -> say("error: image " + (f.getImageIndex() + 1) + ": " + f.getError().getMessage()));
  }

  private static String times(Generation generation) {
    var line = new StringBuilder();
    for (var stage : generation.usage().getStagesList()) {
      line.append(stage.getStage()).append(' ').append(seconds(stage.getTime())).append(", ");
    }
    return line.append("in all ").append(seconds(generation.usage().getRunTime())).toString();
  }

  private static String seconds(com.google.protobuf.Duration time) {
    return String.format(Locale.ROOT, "%.2f s", Durations.toSecondsAsDouble(time));
  }

  /** One of several prompts has no field of a request; the message quotes its words. */
  private Warning named(Warning warning) {
    return prompts.size() > 1 && warning.getField().equals("text_to_image.prompt.text")
        ? warning.toBuilder().setField("prompt").build()
        : warning;
  }

  private void warn(List<Warning> warnings) {
    warnings.stream()
        .distinct()
        .forEach(w -> say("warning: " + w.getField() + ": " + w.getMessage()));
  }

  private void say(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }
}
