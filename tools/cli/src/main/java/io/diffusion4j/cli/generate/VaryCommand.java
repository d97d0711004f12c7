package io.diffusion4j.cli.generate;

import com.google.inject.Injector;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.generate.LocalBatch.Drawn;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.provenance.c2pa.SourceType;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.unclip.PreparedPixels;
import io.diffusion4j.unclip.UnclipFamily;
import io.diffusion4j.unclip.UnclipModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j vary}: draws other images with the content of given ones. */
@Command(
    name = "vary",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Make variations of images.",
    footer = {"", "Example:", "  diffusion4j vary apple.png --output another.png"})
public final class VaryCommand implements Callable<Integer>, SamplingOptions.Sampled {
  /** The default of the published pipeline. */
  private static final double TOWARD = 0.3;

  @Mixin private Console console = new Console();

  @Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description =
          "A PNG, JPEG or WebP file, or a safetensors file with pixel_values, [N, 3, H, W],"
              + " preprocessed for the image encoder. Several are drawn as one batch.")
  private List<Path> sources = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      defaultValue = "variation.png",
      description =
          "The PNG file to write, or - for the standard output. Default: ${DEFAULT-VALUE}")
  private Path output = Path.of("");

  @Option(
      names = "--toward",
      paramLabel = "TEXT",
      description =
          "Vary toward this text: the prior continues from the image's embedding, if the model"
              + " supports it.")
  private @Nullable String toward;

  @Option(
      names = "--strength",
      paramLabel = "X",
      description = "How far toward the text: 0 is the image, 1 the text. Default: 0.3")
  private @Nullable Double strength;

  @Option(
      names = "--likeness",
      paramLabel = "X",
      description =
          "The likeness of the initial noise to the noise that the model would draw the image"
              + " from, 0 to 1: 0 is fresh noise, 1 draws the image itself. Default: 0.7; of a"
              + " published pipeline, and beside --noise, --raw, --toward and pixel_values: 0")
  private @Nullable Double likeness;

  @Mixin private DrawOptions draws = new DrawOptions();

  private final SamplingOptions stages =
      new SamplingOptions("Sampling (there is no prior without --toward)");

  @ArgGroup(validate = false, heading = "%nTo compare with other frameworks:%n")
  private BatchOptions batch = new BatchOptions();

  @Mixin private DrawerOptions drawer = new DrawerOptions();

  @Override
  public SamplingOptions sampling() {
    return stages;
  }

  @Override
  public Integer call() throws IOException {
    check();
    List<GenerateImagesRequest.Builder> asked = new ArrayList<>();
    List<Source> given = new ArrayList<>();
    for (Path source : sources) {
      if (arePictures()) {
        asked.add(request(InputFile.read(source)));
      } else {
        given.add(Source.read(source));
      }
    }
    int inputs = asked.size() + given.stream().mapToInt(Source::size).sum();
    PngFiles files = draws.files(output, inputs);
    files.requireWritable();
    if (drawer.server != null) {
      resemble(asked, likeness == null ? usualLikeness(drawer.server) : likeness);
      return new ServerBatch(console, files, draws, stages, drawer).run(drawer.server, asked);
    }
    long seed = draws.seedOrNew();
    var here = new LocalBatch(console, files, draws, batch, drawer::load, drawer.provenance.read());
    here.run(
        drawer.model.folder(),
        stages.opening(drawer.model.opening()),
        seed,
        (open, noise, watch) -> {
          var pipeline = open.pipeline();
          double own = likeness == null ? usualLikeness(pipeline.card()) : likeness;
          resemble(asked, own);
          List<DirectRequest> requests = here.requests(asked, stages, pipeline, seed);
          if (toward != null || own > 0) {
            return separately(here, requests, pipeline, noise, watch);
          }
          requests.forEach(request -> given.add(Picture.of(request)));
          List<float[]> embeddings = new ArrayList<>();
          for (Source source : given) {
            for (float[] embedding : source.encode(open.injector())) {
              embeddings.addAll(Collections.nCopies(draws.count, embedding));
            }
          }
          var task = new ImageTask.FromEmbedding(embeddings, ImageTask.Words.NONE);
          var images = pipeline.draw(task, stages.settings(pipeline, task), noise, watch);
          return requests.isEmpty() || batch.noise != null // no request draws them again
              ? here.plain(images, SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA)
              : Drawn.of(requests, draws.count, images);
        });
    return 0;
  }

  private GenerateImagesRequest.Builder request(byte[] image) {
    return toward == null
        ? Requests.variation(image)
        : Requests.towardText(image, strength == null ? TOWARD : strength, toward);
  }

  private void resemble(List<GenerateImagesRequest.Builder> requests, double own) {
    if (own > 0) {
      requests.forEach(request -> request.getVariationBuilder().setLikeness(own));
    }
  }

  private double usualLikeness(ModelCard card) {
    return isPlain() ? card.usualLikeness() : 0;
  }

  private double usualLikeness(String server) throws IOException {
    if (!isPlain()) {
      return 0;
    }
    try (var client = drawer.connection.connect(server)) {
      return client.models().stream()
          .filter(Model::getIsDefault)
          .mapToDouble(Model::getUsualLikeness)
          .sum();
    }
  }

  /** Whether images are varied that a recipe can draw again. */
  private boolean isPlain() {
    return toward == null && arePictures() && !batch.areGiven();
  }

  /** Draws the images of each request separately, from its own embedding or noise. */
  private Drawn separately(
      LocalBatch here,
      List<DirectRequest> requests,
      ImagePipeline pipeline,
      List<NoiseSource> noise,
      SamplingListener watch) {
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      var own = noise.subList(i * draws.count, (i + 1) * draws.count);
      images.addAll(pipeline.draw(requests.get(i).task(), requests.get(i).settings(), own, watch));
    }
    return batch.noise != null
        ? here.plain(images, SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA)
        : Drawn.of(requests, draws.count, images);
  }

  /** Whether the inputs fit into requests. */
  private boolean arePictures() {
    return sources.stream().noneMatch(Prepared::is);
  }

  /** Checks everything that needs no model. */
  private void check() {
    sources.forEach(source -> InputFile.check("image", source));
    draws.check();
    stages.check();
    Check.that(strength == null || toward != null, "strength", strength, "none without --toward");
    if (likeness != null) {
      Check.share("likeness", likeness);
      Check.that(toward == null, "likeness", likeness, "none beside --toward");
      Check.that(arePictures(), "likeness", likeness, "none beside pixel_values");
    }
    if (toward == null) {
      stages.checkWithoutPrior();
    } else {
      Check.share("strength", strength == null ? TOWARD : strength);
      Check.that(arePictures(), "toward", toward, "none beside pixel_values");
    }
    batch.check(draws.seed);
    drawer.check(stages);
    if (drawer.server != null) {
      Check.that(
          arePictures() && !batch.areGiven(),
          "server",
          drawer.server,
          "none beside pixel_values, --noise and --raw");
      return;
    }
    Path folder = drawer.model.folder();
    if (!arePictures() || isUnclip()) {
      UnclipFamily.require(folder);
      Check.that(
          drawer.plugins.areGiven() || ModelFolder.open(folder).has("image_encoder"),
          "model",
          folder,
          "a folder with an image_encoder");
    }
  }

  private boolean isUnclip() {
    return OpenPipeline.family(drawer.model.folder()) instanceof UnclipFamily;
  }

  /** The content of an input file. */
  private interface Source {
    /** Returns the number of images. */
    int size();

    /** Returns the embeddings of the images. */
    List<float[]> encode(Injector model);

    static Source read(Path file) throws IOException {
      return Prepared.is(file)
          ? new Prepared(PreparedPixels.read(file))
          : new Picture(ImageFiles.read(file, InputFile.MAX_PIXELS));
    }
  }

  private record Picture(Image image) implements Source {
    /** Returns the image as stored in the request, so that a replay has the same input. */
    static Picture of(DirectRequest request) {
      return new Picture(((ImageTask.Variation) request.task()).image());
    }

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
    static boolean is(Path file) {
      return file.toString().endsWith(".safetensors");
    }

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
