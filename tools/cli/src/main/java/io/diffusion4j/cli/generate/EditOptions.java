package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.generate.ImageWriter.Asked;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.request.DirectGenerator;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The common options of commands that edit images: the model, its settings and the files. */
@Command // or picocli takes it for no mixin
final class EditOptions implements SamplingOptions.Sampled {
  @Mixin private Console console = new Console();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      defaultValue = "image.png",
      description = "The PNG file to write, or - for standard output. Default: ${DEFAULT-VALUE}")
  private Path output = Path.of("");

  @Mixin private DrawOptions draws = new DrawOptions();

  private final SamplingOptions stages = new SamplingOptions("Sampling");

  @ArgGroup(validate = false, heading = "%nTo compare with other frameworks:%n")
  private BatchOptions batch = new BatchOptions();

  @Mixin private DrawerOptions drawer = new DrawerOptions();

  @Override
  public SamplingOptions sampling() {
    return stages;
  }

  /** Checks everything that needs no image, no model and no server. */
  void check(int requests) {
    draws.check();
    stages.check();
    draws.files(output, requests).requireWritable();
    batch.check(draws.seed);
    Check.that(
        drawer.server == null || !batch.areGiven(),
        "server",
        drawer.server,
        "none beside --noise and --raw");
    drawer.check(stages);
  }

  /** Draws the images of each request and writes them; returns the exit status. */
  int draw(List<GenerateImagesRequest.Builder> asked) throws IOException {
    var writer = new ImageWriter(console, draws.files(output, asked.size()), draws, batch);
    return drawer.draw(
        console,
        () -> stages.opening(drawer.model.opening()),
        SamplingOptions::nameOf,
        (generator, here) -> {
          Model model = ImageWriter.model(generator);
          if (here.isEmpty()) {
            asked.forEach(drawer.model.loras()::ask);
          } else {
            batch.prepare(
                (DirectGenerator) generator, here.get().pipeline(), asked.size() * draws.count);
          }
          return writer.write(generator, model, Asked.all(asked, stages, model));
        });
  }
}
