package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.StageWatch;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.OptionNames;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** A batch of images that this process draws and writes. */
record LocalBatch(
    Console console,
    PngFiles files,
    DrawOptions draws,
    BatchOptions batch,
    PluginOptions plugins,
    Provenance provenance) {
  /** Draws with an open model. */
  interface Work {
    Drawn draw(OpenPipeline open, List<NoiseSource> noise, StageWatch watch);
  }

  /**
   * The drawn images.
   *
   * @param file the file of an image, by its number
   * @param notes on each image; may be empty
   */
  record Drawn(List<Image> images, IntFunction<byte[]> file, List<String> notes) {
    /** Draws this many images for each request, with recipes in their files. */
    static Drawn of(List<DirectRequest> requests, int each, List<Image> images) {
      return new Drawn(
          images,
          i -> requests.get(i / each).file(i % each, images.get(i)).getData().toByteArray(),
          List.of());
    }

    Drawn withNotes(List<String> notesOfImages) {
      return new Drawn(images, file, notesOfImages);
    }

    private String note(int image) {
      return notes.isEmpty() || notes.get(image).isEmpty() ? "" : ", " + notes.get(image);
    }
  }

  /** Draws images without recipes in their files. */
  Drawn plain(List<Image> images) {
    return new Drawn(images, i -> provenance.encode(images.get(i), Optional.empty()), List.of());
  }

  /**
   * Returns the complete and checked task of an open model, and prints warnings about unusual
   * settings.
   */
  List<DirectRequest> requests(
      List<GenerateImagesRequest.Builder> asked,
      SamplingOptions stages,
      ImagePipeline pipeline,
      long seed) {
    var options = stages.byStage(pipeline.card());
    var requests =
        asked.stream()
            .map(request -> request.putAllStages(options).addSeeds(seed).build())
            .map(request -> DirectRequest.of(pipeline, request, OptionNames::of, provenance))
            .toList();
    ServerBatch.warn(
        console, requests.stream().flatMap(request -> request.warnings().stream()).toList());
    return requests;
  }

  /** Opens a model, draws, and writes the images. */
  void run(Path model, Opening how, long seed, Work work) throws IOException {
    if (files.isStandardOutput()) {
      console.leaveOutput();
    }
    List<NoiseSource> noise = batch.noise(files.inputs(), draws.count, seed);
    try (var jars = plugins.load()) {
      console.say("loading " + model);
      try (var open = ModelOptions.open(model, how, jars);
          var watch = new StageWatch(console.bars(), noise.size())) {
        Drawn drawn = work.draw(open, noise, watch);
        batch.writeRaw(drawn.images);
        for (int i = 0; i < drawn.images.size(); i++) {
          Image image = drawn.images.get(i);
          console.printf(
              "%s: %d×%d pixels, %s%s",
              files.write(i, drawn.file.apply(i)),
              image.width(),
              image.height(),
              batch.source(seed, i, draws.count),
              drawn.note(i));
        }
        files.writeSheet().ifPresent(console::print);
        console.print(watch.times());
      }
    }
  }
}
