package io.diffusion4j.cli.generate;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.cli.console.StageWatch;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.StageOptionsGroup;
import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.local.LocalModel;
import io.diffusion4j.unclip.PreparedPixels;
import io.diffusion4j.unclip.Residency;
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
    err.println("loading " + model.folder());
    err.flush();
    try (var local = model.load(Residency.ONE_AT_A_TIME);
        var watch = new StageWatch(err, noise.size())) {
      List<float[]> embeddings = new ArrayList<>();
      for (Source source : given) {
        for (float[] embedding : source.encode(local)) {
          embeddings.addAll(Collections.nCopies(draws.count, embedding));
        }
      }
      var images =
          local
              .imageVariation()
              .render(
                  embeddings,
                  noise,
                  local.settings(DiffusionDecoder.STAGE, stages.byStage()),
                  local.settings(DiffusionUpsampler.STAGE, stages.byStage()),
                  watch)
              .images();
      new BatchOutput(files, batch, spec.commandLine().getOut())
          .write(images, batch.source(seed), watch.times());
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
    stages.checkSamplers(LocalModel.samplers(model.folder()));
    batch.check(draws.seed);
    LocalModel.requirePipeline(model.folder());
    if (!ModelFolder.open(model.folder()).has("image_encoder")) {
      throw new IllegalArgumentException(
          "model: " + model.folder() + " (expected: a folder with an image_encoder)");
    }
  }

  /** What is to be varied, as a file has it. */
  private interface Source {
    /** How many images it has. */
    int size();

    /** Their embeddings. */
    List<float[]> encode(LocalModel local);

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
    public List<float[]> encode(LocalModel local) {
      return local.networks().imageEncoder().encode(List.of(image));
    }
  }

  private record Prepared(PreparedPixels pixels) implements Source {
    @Override
    public int size() {
      return pixels.images().size();
    }

    @Override
    public List<float[]> encode(LocalModel local) {
      return local.networks().encodePrepared(pixels);
    }
  }
}
