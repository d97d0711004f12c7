package io.diffusion4j.cli.generate;

import com.google.common.primitives.Floats;
import com.google.inject.Injector;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.cli.console.StageWatch;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.cli.options.StageOptionsGroup;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.serving.v1.Embedding;
import io.diffusion4j.serving.v1.FromEmbeddingTask;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code diffusion4j vary}: images become others that show the same. */
@Command(
    name = "vary",
    description = "Make variations of images.",
    footer = {"", "Example:", "  diffusion4j vary apple.png --output another.png"})
public final class VaryCommand implements Callable<Integer> {
  /** More than any camera takes. */
  static final long MAX_PIXELS = 200_000_000;

  @Spec private CommandSpec spec = CommandSpec.create();

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
      description = "The PNG file to write. Default: ${DEFAULT-VALUE}")
  private Path output = Path.of("");

  @Mixin private DrawOptions draws = new DrawOptions();

  @ArgGroup(validate = false, heading = "%nSampling (there is no prior):%n")
  private StageOptionsGroup stages = new StageOptionsGroup();

  @ArgGroup(validate = false, heading = "%nTo compare with other frameworks:%n")
  private BatchOptions batch = new BatchOptions();

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Mixin private PluginOptions plugins = new PluginOptions();

  @Override
  public Integer call() throws IOException {
    check();
    List<Source> given = new ArrayList<>();
    for (Path source : sources) {
      given.add(Source.read(source));
    }
    int inputs = given.stream().mapToInt(Source::size).sum();
    PngFiles files = draws.files(output, inputs);
    files.requireWritable();
    long seed = draws.seedOrNew();
    var noise = batch.noise(inputs, draws.count, seed);
    var err = spec.commandLine().getErr();
    try (var jars = plugins.load()) {
      err.println("loading " + model.folder());
      err.flush();
      try (var open = model.open(model.opening(Residency.ONE_AT_A_TIME), jars);
          var watch = new StageWatch(err, noise.size())) {
        List<float[]> embeddings = new ArrayList<>();
        for (Source source : given) {
          for (float[] embedding : source.encode(open.injector())) {
            embeddings.addAll(Collections.nCopies(draws.count, embedding));
          }
        }
        var pipeline = open.pipeline();
        var request =
            GenerateImagesRequest.newBuilder()
                .setFromEmbedding(
                    FromEmbeddingTask.newBuilder()
                        .setImageEmbedding(
                            Embedding.newBuilder().addAllValues(Floats.asList(embeddings.get(0)))))
                .putAllStages(stages.byStage(pipeline.card()))
                .build();
        var images =
            pipeline.draw(
                new ImageTask.FromEmbedding(embeddings, ImageTask.Words.NONE),
                DirectRequest.of(pipeline, request).settings(),
                noise,
                watch);
        new BatchOutput(files, batch, spec.commandLine().getOut())
            .write(images, i -> batch.source(seed, i, draws.count), watch.times());
      }
    }
    return 0;
  }

  /** Everything that can be wrong without a model, before one is loaded. */
  private void check() {
    for (Path source : sources) {
      if (!Files.isRegularFile(source)) {
        throw new IllegalArgumentException("image: " + source + " (expected: a file)");
      }
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
