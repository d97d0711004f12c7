package io.diffusion4j.cli.generate;

import com.google.common.primitives.Floats;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.generate.ImageWriter.Asked;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.serving.request.DirectGenerator;
import io.diffusion4j.serving.v1.Embedding;
import io.diffusion4j.serving.v1.FromEmbeddingTask;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.OutputOptions;
import io.diffusion4j.unclip.PreparedPixels;
import io.diffusion4j.unclip.UnclipFamily;
import io.diffusion4j.unclip.UnclipModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    description = "Draw variations of images.",
    footer = {"", "Example:", "  diffusion4j vary apple.png --output another.png"})
public final class VaryCommand implements Callable<Integer>, SamplingOptions.Sampled {
  /** The default of the published pipeline. */
  private static final double TOWARD = 0.3;

  @Mixin private Console console = new Console();

  @Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description =
          "A PNG, JPEG or WebP file; or a safetensors file with the tensor "
              + "pixel_values, [N, 3, H, W], preprocessed for the image encoder. Several are "
              + "drawn as one batch.")
  private List<Path> sources = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      defaultValue = "variation.png",
      description = "The PNG file to write, or - for standard output. Default: ${DEFAULT-VALUE}")
  private Path output = Path.of("");

  @Option(
      names = "--toward",
      paramLabel = "TEXT",
      description =
          "Move the variations toward this text: the prior starts from the image's "
              + "embedding. Not all models support this.")
  private @Nullable String toward;

  @Option(
      names = "--strength",
      paramLabel = "X",
      description =
          "The strength of --toward, 0 to 1: 0 stays at the image, 1 reaches the text. "
              + "Default: 0.3")
  private @Nullable Double strength;

  @Option(
      names = "--similarity",
      paramLabel = "X",
      description =
          "The similarity of the variation to the image, 0 to 1, set by the initial "
              + "noise: 0 starts from fresh noise, 1 reconstructs the image. Default: 0.7; 0 "
              + "for published pipelines, and with --noise, --raw, --toward or pixel_values")
  private @Nullable Double similarity;

  @SuppressWarnings("UnusedMethod") // by its option
  @Option(names = "--likeness", hidden = true, description = "The former name of --similarity.")
  private void setLikeness(Double value) {
    similarity = value;
  }

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
    List<PreparedPixels> prepared = new ArrayList<>();
    for (Path source : sources) {
      if (!isPrepared(source)) {
        asked.add(request(InputFile.read(source)));
      } else {
        prepared.add(PreparedPixels.read(source));
      }
    }
    int inputs = asked.size() + prepared.stream().mapToInt(one -> one.images().size()).sum();
    PngFiles files = draws.files(output, inputs);
    files.requireWritable();
    var writer = new ImageWriter(console, files, draws, batch);
    return drawer.draw(
        console,
        () -> stages.opening(drawer.model.opening()),
        SamplingOptions::nameOf,
        (generator, here) -> {
          Model model = ImageWriter.model(generator);
          resemble(asked, similarity == null ? defaultSimilarity(model) : similarity);
          if (here.isEmpty()) {
            asked.forEach(drawer.model.loras()::ask);
          } else {
            batch.prepare((DirectGenerator) generator, here.get().pipeline(), inputs * draws.count);
            for (PreparedPixels pixels : prepared) {
              var encoder = here.get().injector().getInstance(UnclipModel.class);
              encoder.encodePrepared(pixels).forEach(own -> asked.add(ofEmbedding(own)));
            }
          }
          return writer.write(generator, model, Asked.all(asked, stages, model));
        });
  }

  /** Returns a request for images of an embedding, whose files have no recipes. */
  private static GenerateImagesRequest.Builder ofEmbedding(float[] embedding) {
    var values = Embedding.newBuilder().addAllValues(Floats.asList(embedding));
    return GenerateImagesRequest.newBuilder()
        .setFromEmbedding(FromEmbeddingTask.newBuilder().setImageEmbedding(values))
        .setOutput(OutputOptions.newBuilder().setEmbedRecipe(false));
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

  private double defaultSimilarity(Model model) {
    return isPlain() ? model.getUsualLikeness() : 0;
  }

  /** Whether images are varied that a recipe can draw again. */
  private boolean isPlain() {
    return toward == null && arePictures() && !batch.areGiven();
  }

  /** Whether the inputs fit into requests. */
  private boolean arePictures() {
    return sources.stream().noneMatch(VaryCommand::isPrepared);
  }

  /** Checks everything that needs no model. */
  private void check() {
    for (Path source : sources) {
      if (isPrepared(source)) {
        Check.that(Files.isRegularFile(source), "image", source, "a file");
      } else {
        InputFile.check("image", source);
      }
    }
    draws.check();
    stages.check();
    Check.that(strength == null || toward != null, "strength", strength, "none without --toward");
    if (similarity != null) {
      Check.share("similarity", similarity);
      Check.that(toward == null, "similarity", similarity, "none beside --toward");
      Check.that(arePictures(), "similarity", similarity, "none beside pixel_values");
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

  private static boolean isPrepared(Path file) {
    return file.toString().endsWith(".safetensors");
  }
}
