package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.StageWatch;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.glide.GlidePipeline;
import io.diffusion4j.glide.GlideTextToImage;
import io.diffusion4j.glide.KnownPixels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code diffusion4j glide}: a prompt becomes images, or the missing part of one. */
@Command(
    name = "glide",
    description = "Make images from texts with GLIDE, or complete one.",
    footer = {
      "",
      "Examples:",
      "  diffusion4j glide \"a hedgehog\" --model glide --output hedgehog.png",
      "  diffusion4j glide \"a red scarf\" --model glide-inpaint --image hedgehog.png --mask"
          + " neck.png"
    })
public final class GlideCommand implements Callable<Integer> {
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
      names = "--image",
      paramLabel = "FILE",
      description = "A square PNG or JPEG file to complete, with networks for inpainting.")
  private @Nullable Path image;

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description = "Of the image's size: white where it is to be drawn, black where it is kept.")
  private @Nullable Path mask;

  @ArgGroup(validate = false, heading = "%nSampling:%n")
  private GlideOptions stages = new GlideOptions();

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
  private ModelOptions.Format format = ModelOptions.Format.f32;

  @Override
  public Integer call() throws IOException {
    PngFiles files = draws.files(output, prompts.size());
    check(files);
    Optional<KnownPixels> known = known();
    long seed = draws.seedOrNew();
    var noise = batch.noise(prompts.size(), draws.count, seed);
    say("loading " + model);
    try (var pipeline = GlidePipeline.load(model, format.precision);
        var watch = new StageWatch(spec.commandLine().getErr(), noise.size())) {
      for (String prompt : prompts) {
        pipeline
            .truncatedAt(prompt)
            .ifPresent(rest -> say("warning: prompt: not read from \"" + rest + "\" on"));
      }
      boolean completes = known.isPresent();
      var whole =
          new GlideTextToImage.Request(
              prompts.stream().flatMap(p -> Collections.nCopies(draws.count, p).stream()).toList(),
              noise,
              stages.base(
                  completes
                      ? GlideTextToImage.inpaintBaseSettings()
                      : GlideTextToImage.baseSettings()),
              stages.upsampler(
                  completes
                      ? GlideTextToImage.inpaintUpsamplerSettings()
                      : GlideTextToImage.upsamplerSettings()));
      var request = known.map(whole::completing).orElse(whole);
      var images = pipeline.textToImage().generate(request, watch).images();
      new BatchOutput(files, batch, spec.commandLine().getOut())
          .write(images, batch.source(seed), watch.times());
    }
    return 0;
  }

  /** Everything that can be wrong without loading the networks, before they are. */
  private void check(PngFiles files) {
    for (String prompt : prompts) {
      if (prompt.isBlank()) {
        throw new IllegalArgumentException("prompt: \"" + prompt + "\" (expected: some words)");
      }
    }
    draws.check();
    stages.check();
    batch.check(draws.seed);
    requireFile("image", image);
    requireFile("mask", mask);
    if ((image == null) != (mask == null)) {
      throw new IllegalArgumentException(
          image == null
              ? "image: none (expected: the one that --mask is of)"
              : "mask: none (expected: what of the image is to be drawn)");
    }
    files.requireWritable();
    if (!GlidePipeline.isAt(model)) {
      throw new IllegalArgumentException(
          "model: " + model + " (expected: a folder with GLIDE's base, upsample and tokenizer)");
    }
    if (image != null && !GlidePipeline.completes(model)) {
      throw new IllegalArgumentException(
          "model: " + model + " (expected: networks for inpainting, to complete an image)");
    }
  }

  private static void requireFile(String name, @Nullable Path file) {
    if (file != null && !Files.isRegularFile(file)) {
      throw new IllegalArgumentException(name + ": " + file + " (expected: a file)");
    }
  }

  private Optional<KnownPixels> known() throws IOException {
    if (image == null || mask == null) {
      return Optional.empty();
    }
    return Optional.of(
        new KnownPixels(
            ImageFiles.read(image, VaryCommand.MAX_PIXELS),
            ImageFiles.read(mask, VaryCommand.MAX_PIXELS)));
  }

  private void say(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }
}
