package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.FilterOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.cli.options.ProvenanceOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.guidance.Guides;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.glide.GlideNetworks;
import io.diffusion4j.glide.KnownPixels;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.provenance.c2pa.SourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j glide}: draws images from prompts, or the missing part of an image. */
@Command(
    name = "glide",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Make images from texts with GLIDE, or complete one.",
    footer = {
      "",
      "Examples:",
      "  diffusion4j glide \"a hedgehog\" --model glide --output hedgehog.png",
      "  diffusion4j glide \"a red scarf\" --model glide-inpaint --image hedgehog.png --mask"
          + " neck.png"
    })
public final class GlideCommand implements Callable<Integer>, SamplingOptions.Sampled {
  @Mixin private Console console = new Console();

  @Mixin private PromptOptions prompts = new PromptOptions();

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "A square PNG or JPEG file to complete, with networks for inpainting.")
  private @Nullable Path image;

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description =
          "A mask of the image's size: white where it is redrawn, black where it is kept.")
  private @Nullable Path mask;

  private final SamplingOptions stages = new SamplingOptions("Sampling");

  @ArgGroup(
      validate = false,
      heading = "%nTo compare with other frameworks (the stages are base and upsampler):%n")
  private BatchOptions batch = new BatchOptions();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "A folder with base, upsample and tokenizer.")
  private Path model = Path.of("");

  @Option(
      names = "--precision",
      paramLabel = "FORMAT",
      defaultValue = "f32",
      description = "Number format of the networks: ${COMPLETION-CANDIDATES}. Default: f32")
  private ModelOptions.FormatChoice format = ModelOptions.FormatChoice.f32;

  @Option(
      names = "--noised-clip",
      paramLabel = "DIR",
      description =
          "A folder with clip_image_enc and clip_text_enc, for --guidance clip. Default: the"
              + " model's folder noised_clip")
  private @Nullable Path noisedClip;

  @Mixin private PluginOptions plugins = new PluginOptions();

  @Mixin private FilterOptions filters = new FilterOptions();

  @ArgGroup(validate = false, heading = "%nMarks in the files:%n")
  private ProvenanceOptions provenance = new ProvenanceOptions();

  @Override
  public SamplingOptions sampling() {
    return stages;
  }

  @Override
  public Integer call() throws IOException {
    check();
    List<ImageTask> tasks = tasks();
    var here =
        new LocalBatch(
            console,
            prompts.files(),
            prompts.draws,
            batch,
            () -> filters.addTo(plugins.load()),
            provenance.read());
    here.run(
        model,
        ModelOptions.opening(Residency.ALWAYS, format.precision)
            .withGuides(noisedClip == null ? Map.of() : Map.of(Guides.CLIP, noisedClip)),
        prompts.draws.seedOrNew(),
        (open, noise, watch) -> {
          ImagePipeline pipeline = open.pipeline();
          for (String prompt : prompts.prompts) {
            pipeline
                .truncation(prompt)
                .ifPresent(message -> console.say("warning: prompt: " + message));
          }
          var settings = stages.settings(pipeline, tasks.get(0));
          List<Image> images = new ArrayList<>();
          int each = noise.size() / tasks.size();
          for (int i = 0; i < tasks.size(); i++) {
            var own = noise.subList(i * each, (i + 1) * each);
            images.addAll(pipeline.draw(tasks.get(i), settings, own, watch));
          }
          return here.plain(
              images,
              image == null
                  ? SourceType.TRAINED_ALGORITHMIC_MEDIA
                  : SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA);
        });
    return 0;
  }

  /** Returns the task: all texts as one batch, or the completion of a picture for each. */
  private List<ImageTask> tasks() throws IOException {
    List<ImageTask.Words> words =
        prompts.prompts.stream().map(prompt -> new ImageTask.Words(prompt, "")).toList();
    if (image == null || mask == null) {
      return List.of(new ImageTask.TextToImage(prompts.forEachImage(words)));
    }
    Image picture = ImageFiles.read(image, InputFile.MAX_PIXELS);
    Image part = ImageFiles.read(mask, InputFile.MAX_PIXELS);
    new KnownPixels(picture, part); // says what is wrong with them
    return words.stream()
        .<ImageTask>map(own -> new ImageTask.Inpaint(picture, part, own, Resampling.NONE))
        .toList();
  }

  /** Checks everything that needs no networks. */
  private void check() {
    prompts.check();
    prompts.requireSome();
    stages.check();
    batch.check(prompts.draws.seed);
    requireFile("image", image);
    requireFile("mask", mask);
    if ((image == null) != (mask == null)) {
      throw new IllegalArgumentException(
          image == null
              ? "image: none (expected: the one that --mask is of)"
              : "mask: none (expected: a picture that is white where to draw)");
    }
    prompts.files().requireWritable();
    Check.that(
        GlideNetworks.isAt(model),
        "model",
        model,
        "a folder with GLIDE's base, upsample and tokenizer");
    Check.that(
        image == null || GlideNetworks.completes(model),
        "model",
        model,
        "networks for inpainting, to complete an image");
  }

  private static void requireFile(String name, @Nullable Path file) {
    Check.that(file == null || Files.isRegularFile(file), name, file, "a file");
  }
}
