package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.generate.LocalBatch.Drawn;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
      description =
          "The PNG file to write, or - for the standard output. Default: ${DEFAULT-VALUE}")
  private Path output = Path.of("");

  @Mixin private DrawOptions draws = new DrawOptions();

  private final SamplingOptions stages = new SamplingOptions("Sampling");

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
    drawer.check(stages);
  }

  /** Draws the images of each request, here or at the server, and writes them. */
  int draw(List<GenerateImagesRequest.Builder> asked) throws IOException {
    PngFiles files = draws.files(output, asked.size());
    if (drawer.server != null) {
      return new ServerBatch(console, files, draws, stages, drawer).run(drawer.server, asked);
    }
    long seed = draws.seedOrNew();
    var here =
        new LocalBatch(
            console, files, draws, new BatchOptions(), drawer::load, drawer.provenance.read());
    here.run(
        drawer.model.folder(),
        stages.opening(drawer.model.opening()),
        seed,
        (open, noise, watch) -> {
          var pipeline = open.pipeline();
          List<DirectRequest> requests = here.requests(asked, stages, pipeline, seed);
          List<Image> images = new ArrayList<>();
          for (int i = 0; i < requests.size(); i++) {
            var own = noise.subList(i * draws.count, (i + 1) * draws.count);
            images.addAll(
                pipeline.draw(requests.get(i).task(), requests.get(i).settings(), own, watch));
          }
          return Drawn.of(requests, draws.count, images);
        });
    return 0;
  }
}
