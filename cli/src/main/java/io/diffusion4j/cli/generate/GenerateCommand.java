package io.diffusion4j.cli.generate;

import com.google.protobuf.util.Durations;
import io.diffusion4j.cli.console.Bars;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.StageBars;
import io.diffusion4j.cli.console.StageWatch;
import io.diffusion4j.cli.options.ConnectionOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.StageOptionsGroup;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.diffusion.pipeline.TextToImage;
import io.diffusion4j.local.Defaults;
import io.diffusion4j.local.LocalModel;
import io.diffusion4j.prior.DiffusionPrior;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.TextToImageTask;
import io.diffusion4j.unclip.Residency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
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
    if (server == null && (batch.areGiven() || prompts.size() > 1)) {
      drawBatch(files);
      return 0;
    }
    boolean complete = true;
    for (int i = 0; i < prompts.size(); i++) {
      Generation generation =
          server == null ? drawHere(prompts.get(i)) : ask(server, prompts.get(i));
      report(generation, files, i * draws.count);
      complete &= generation.failures().isEmpty();
    }
    if (!complete) {
      return FailureHandler.FAILED;
    }
    files.writeSheet().ifPresent(sheet -> spec.commandLine().getOut().println(sheet));
    return 0;
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
      stages.checkSamplers(LocalModel.samplers(model.folder()));
      LocalModel.requirePipeline(model.folder());
    } else if (batch.areGiven()) {
      throw new IllegalArgumentException(
          "server: " + server + " (expected: none beside --noise and --raw)");
    } else {
      stages.checkForServer();
    }
  }

  /** The images of all prompts in one batch, without the service, which draws one prompt's. */
  private void drawBatch(PngFiles files) throws IOException {
    long seed = draws.seedOrNew();
    var noise = batch.noise(prompts.size(), draws.count, seed);
    say("loading " + model.folder());
    try (var local = model.load(Residency.ONE_AT_A_TIME, stages.prior());
        var watch = new StageWatch(spec.commandLine().getErr(), noise.size())) {
      for (String prompt : prompts) {
        local.truncation(prompt).ifPresent(message -> say("warning: prompt: " + message));
        local.unknownWords(prompt).ifPresent(message -> say("warning: prompt: " + message));
      }
      var request =
          new TextToImage.Request(
              prompts.stream().flatMap(p -> Collections.nCopies(draws.count, p).stream()).toList(),
              negative,
              noise,
              local.settings(DiffusionPrior.STAGE, stages.byStage()),
              local.settings(DiffusionDecoder.STAGE, stages.byStage()),
              local.settings(DiffusionUpsampler.STAGE, stages.byStage()));
      var pipeline = batch.noise == null ? local.textToImage() : local.publishedTextToImage();
      var images = pipeline.generate(request, watch).images();
      new BatchOutput(files, batch, spec.commandLine().getOut())
          .write(images, batch.source(seed), watch.times());
    }
  }

  private Generation drawHere(String prompt) {
    say("loading " + model.folder());
    // Batches of a larger request are drawn side by side, each in a stage of its own.
    var residency = draws.count <= Defaults.BATCH ? Residency.ONE_AT_A_TIME : Residency.ALWAYS;
    try (var local = model.serve(residency, stages.prior())) {
      return draw(local.client(), prompt);
    }
  }

  private Generation ask(String address, String prompt) throws IOException {
    try (var client = connection.connect(address)) {
      return draw(client, prompt);
    }
  }

  private Generation draw(GenerationClient client, String prompt) {
    var request =
        GenerateImagesRequest.newBuilder()
            .setImageCount(draws.count)
            .putAllStages(stages.byStage())
            .setTextToImage(
                TextToImageTask.newBuilder()
                    .setPrompt(PromptSpec.newBuilder().setText(prompt).setNegativeText(negative)));
    if (draws.seed != null) {
      request.addSeeds(draws.seed);
    }
    try (var bars = new StageBars(Bars.of(spec.commandLine().getErr()), draws.count)) {
      return client.generate(request.build(), bars);
    }
  }

  private void report(Generation generation, PngFiles files, int first) {
    generation.warnings().forEach(w -> say("warning: " + w.getField() + ": " + w.getMessage()));
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

  private void say(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }
}
