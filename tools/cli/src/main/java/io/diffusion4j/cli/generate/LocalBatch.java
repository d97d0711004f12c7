package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.StageWatch;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.OptionNames;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.filter.Moderation;
import io.diffusion4j.diffusion.filter.Verdict;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.c2pa.SourceType;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.serving.request.FilterMessages;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** A batch of images that this process draws and writes. */
record LocalBatch(
    Console console,
    PngFiles files,
    DrawOptions draws,
    BatchOptions batch,
    Supplier<Plugins> plugins,
    Provenance provenance) {
  /** Draws with an open model. */
  interface Work {
    Drawn draw(OpenPipeline open, List<NoiseSource> noise, StageWatch watch);
  }

  /**
   * The drawn images.
   *
   * @param file the file of a released image, by its number and verdict
   * @param notes the notes on each image; may be empty
   */
  record Drawn(List<Image> images, BiFunction<Integer, Verdict, byte[]> file, List<String> notes) {
    /** Draws this many images for each request, with recipes in their files. */
    static Drawn of(List<DirectRequest> requests, int each, List<Image> images) {
      return new Drawn(
          images,
          (i, verdict) ->
              requests.get(i / each).file(i % each, images.get(i), verdict).getData().toByteArray(),
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
  Drawn plain(List<Image> images, SourceType source) {
    return new Drawn(
        images,
        (i, verdict) -> provenance.encode(images.get(i), Optional.empty(), source),
        List.of());
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
    try (var jars = plugins.get()) {
      console.say("loading " + model);
      try (var open = ModelOptions.open(model, how, jars);
          var watch = new StageWatch(console.bars(), noise.size())) {
        Filters filters = open.pipeline().filters();
        Check.that(
            filters.isEmpty() || batch.raw == null,
            "raw",
            batch.raw,
            "none beside filters, which judge finished pictures");
        Drawn drawn = work.draw(open, noise, watch);
        batch.writeRaw(drawn.images);
        List<Verdict> verdicts =
            filters.judge(drawn.images, Moderation.AUTO, Filters.Listener.NONE);
        for (int i = 0; i < drawn.images.size(); i++) {
          report(i, drawn, verdicts.get(i), batch.source(seed, i, draws.count));
        }
        files.writeSheet(i -> verdicts.get(i).isReleased()).ifPresent(console::print);
        console.print(watch.times());
      }
    }
  }

  /** Writes a released image, and prints the result of any image. */
  private void report(int i, Drawn drawn, Verdict verdict, String source) {
    var refusal = verdict.refusal();
    if (refusal.isPresent()) {
      String why = FilterMessages.message(refusal.get(), verdict.moderation());
      console.printf("%s: refused: %s; %s%s", files.file(i), why, source, drawn.note(i));
      return;
    }
    Image image = drawn.images.get(i);
    byte[] file = drawn.file.apply(i, verdict);
    console.printf(
        "%s: %d×%d pixels, %s%s",
        files.write(i, file), image.width(), image.height(), source, drawn.note(i));
  }
}
