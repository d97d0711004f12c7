package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.StageBars;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.ImageGenerator;
import io.diffusion4j.nn.engine.EngineUnavailableException;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.request.RecipeFile;
import io.diffusion4j.serving.v1.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Draws image files again from their recipes. */
@Command // or picocli takes it for no mixin
final class Redrawing {
  @Option(
      names = "--prior",
      paramLabel = "KIND",
      defaultValue = "diffusion",
      description =
          "The prior that drew the image of the recipe, as for generate. Default: "
              + "${DEFAULT-VALUE}")
  private String prior = "";

  /** Takes what became of a file. */
  interface Result {
    /** Takes a picture, which a filter of a server may have refused. */
    void drawn(RecipeFile original, Generation.Picture again) throws IOException;

    /** Takes a failure; nothing is known about the file then. */
    void failed(RecipeFile original, RuntimeException why) throws IOException;
  }

  /**
   * Draws files again. Files with the same precision, threads and low-rank updates share an opened
   * model.
   *
   * @param marks the marks of the files, of which a watermark changes pixels
   */
  void draw(
      SourceOptions source,
      Console console,
      Provenance marks,
      Collection<RecipeFile> files,
      Result result)
      throws IOException {
    Map<List<Object>, List<RecipeFile>> together = new LinkedHashMap<>();
    for (RecipeFile file : files) {
      List<Object> settings =
          source.isHere()
              ? List.of(
                  file.recipe().getPrecision(),
                  file.loras(),
                  Engines.threads(file.recipe().getEngine()).map(Threads::count))
              : List.of(); // a server draws them all
      together.computeIfAbsent(settings, none -> new ArrayList<>()).add(file);
    }
    for (List<RecipeFile> group : together.values()) {
      OpenOptions how = null;
      List<RecipeFile> drawable = group;
      if (source.isHere()) {
        try {
          how = opening(source, group.get(0));
        } catch (IllegalArgumentException e) {
          for (RecipeFile file : group) {
            result.failed(file, e);
          }
          continue;
        }
        drawable = withTheseWeights(source.model.folder(), how, group, result);
      }
      if (drawable.isEmpty()) {
        continue;
      }
      try {
        draw(source, console, marks, how, drawable, result);
      } catch (EngineUnavailableException e) {
        for (RecipeFile file : drawable) {
          result.failed(file, e);
        }
      }
    }
  }

  private static void draw(
      SourceOptions source,
      Console console,
      Provenance marks,
      @Nullable OpenOptions how,
      List<RecipeFile> files,
      Result result)
      throws IOException {
    source.draw(
        console,
        marks,
        () -> Objects.requireNonNull(how),
        UnaryOperator.identity(),
        (generator, here) -> {
          List<Model> models = generator.models();
          for (RecipeFile file : files) {
            Generation.Picture again;
            try {
              Model own = here.isPresent() ? models.get(0) : file.modelAmong(models);
              again = again(console, generator, file, own, here.isPresent());
            } catch (IllegalArgumentException | GenerationException e) {
              result.failed(file, e);
              continue;
            }
            result.drawn(file, again);
          }
          return files;
        });
  }

  /** Returns the settings for opening the model as it was when it drew a file. */
  private OpenOptions opening(SourceOptions source, RecipeFile original) {
    OpenOptions how =
        source
            .model
            .replaying(original.recipe().getPrecision())
            .withPrior(SamplingOptions.priorOf(prior))
            .withLoras(source.model.loras().of(original.loras()));
    return Engines.threads(original.recipe().getEngine()).map(how::withThreads).orElse(how);
  }

  /** Returns the files that a folder's weights drew, before these are loaded. */
  private static List<RecipeFile> withTheseWeights(
      Path folder, OpenOptions how, List<RecipeFile> files, Result result) throws IOException {
    String digest = OpenPipeline.family(folder).digest(folder, how);
    List<RecipeFile> own = new ArrayList<>();
    for (RecipeFile file : files) {
      if (file.recipe().getWeightsDigest().equals(digest)) {
        own.add(file);
      } else {
        result.failed(file, file.otherWeights(folder + " with " + digest));
      }
    }
    return own;
  }

  private static Generation.Picture again(
      Console console, ImageGenerator generator, RecipeFile original, Model own, boolean isHere) {
    var request = isHere ? original.request(own, List.of()) : original.request(own);
    try (var bars = new StageBars(console.bars(), 1)) {
      return generator
          .generate(request, bars)
          .images()
          .get(0); // an image that fails fails the call
    }
  }
}
