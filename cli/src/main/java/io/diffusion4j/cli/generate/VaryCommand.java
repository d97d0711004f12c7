package io.diffusion4j.cli.generate;

import com.google.inject.Injector;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.unclip.PreparedPixels;
import io.diffusion4j.unclip.UnclipFamily;
import io.diffusion4j.unclip.UnclipModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j vary}: images become others that show the same. */
@Command(
    name = "vary",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Make variations of images.",
    footer = {"", "Example:", "  diffusion4j vary apple.png --output another.png"})
public final class VaryCommand implements Callable<Integer>, SamplingOptions.Sampled {
  /** More than any camera takes. */
  static final long MAX_PIXELS = 200_000_000;

  @Mixin private Console console = new Console();

  @Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description =
          "A PNG, JPEG or WebP file, or a safetensors file with pixel_values, [N, 3, H, W],"
              + " prepared as the image encoder reads them. Several are drawn as one batch.")
  private List<Path> sources = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      defaultValue = "variation.png",
      description =
          "The PNG file to write, or - for the standard output. Default: ${DEFAULT-VALUE}")
  private Path output = Path.of("");

  @Mixin private DrawOptions draws = new DrawOptions();

  private final SamplingOptions stages = SamplingOptions.ofUnclip("Sampling (there is no prior)");

  @ArgGroup(validate = false, heading = "%nTo compare with other frameworks:%n")
  private BatchOptions batch = new BatchOptions();

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Mixin private PluginOptions plugins = new PluginOptions();

  @Override
  public SamplingOptions sampling() {
    return stages;
  }

  @Override
  public Integer call() throws IOException {
    check();
    List<Source> given = new ArrayList<>();
    for (Path source : sources) {
      given.add(Source.read(source));
    }
    PngFiles files = draws.files(output, given.stream().mapToInt(Source::size).sum());
    files.requireWritable();
    new LocalBatch(console, files, draws, batch, plugins)
        .run(
            model.folder(),
            model.opening(Residency.ONE_AT_A_TIME),
            draws.seedOrNew(),
            (open, noise, watch) -> {
              List<float[]> embeddings = new ArrayList<>();
              for (Source source : given) {
                for (float[] embedding : source.encode(open.injector())) {
                  embeddings.addAll(Collections.nCopies(draws.count, embedding));
                }
              }
              var pipeline = open.pipeline();
              var task = new ImageTask.FromEmbedding(embeddings, ImageTask.Words.NONE);
              var settings =
                  DirectRequest.settings(pipeline, task, stages.byStage(pipeline.card()));
              return LocalBatch.Drawn.plain(pipeline.draw(task, settings, noise, watch));
            });
    return 0;
  }

  /** Everything that can be wrong without a model, before one is loaded. */
  private void check() {
    for (Path source : sources) {
      Check.that(Files.isRegularFile(source), "image", source, "a file");
    }
    draws.check();
    stages.check();
    stages.checkWithoutPrior();
    if (!plugins.areGiven()) { // which may add some
      stages.checkSamplers(UnclipModel.priorSamplers(model.folder()));
    }
    batch.check(draws.seed);
    UnclipFamily.require(model.folder());
    if (!plugins.areGiven() && !ModelFolder.open(model.folder()).has("image_encoder")) {
      throw new IllegalArgumentException(
          "model: " + model.folder() + " (expected: a folder with an image_encoder)");
    }
  }

  /** What is to be varied, as a file has it. */
  private interface Source {
    /** How many images it has. */
    int size();

    /** Their embeddings. */
    List<float[]> encode(Injector model);

    static Source read(Path file) throws IOException {
      return file.toString().endsWith(".safetensors")
          ? new Prepared(PreparedPixels.read(file))
          : new Picture(ImageFiles.read(file, MAX_PIXELS));
    }
  }

  private record Picture(io.diffusion4j.diffusion.image.Image image) implements Source {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public List<float[]> encode(Injector model) {
      return model.getInstance(ImageEncoder.class).encode(List.of(image));
    }
  }

  private record Prepared(PreparedPixels pixels) implements Source {
    @Override
    public int size() {
      return pixels.images().size();
    }

    @Override
    public List<float[]> encode(Injector model) {
      return model.getInstance(UnclipModel.class).encodePrepared(pixels);
    }
  }
}
