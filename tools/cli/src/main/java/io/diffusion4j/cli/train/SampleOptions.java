package io.diffusion4j.cli.train;

import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.request.DirectGenerator;
import io.diffusion4j.training.Inspection;
import io.diffusion4j.training.Inspection.Interval;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** The options for samples and measurements during a training. */
final class SampleOptions {
  private static final String INDEX = "model_index.json";

  @Option(
      names = "--sample",
      paramLabel = "PROMPT",
      description =
          "Draw this prompt at intervals with the current weights, always from the same noise, once"
              + " the model has all its parts; may be repeated. The pictures go to the folder"
              + " samples of the part's state, and to TensorBoard. Default: captions of"
              + " the pictures that a decoder or upsampler is drawn with")
  private List<String> prompts = List.of();

  @Option(
      names = "--sample-every",
      paramLabel = "N|Nm",
      defaultValue = "5m",
      description =
          "The number of steps, or of minutes (5m), between two previews: prompts, and pictures"
              + " beside what a decoder or upsampler draws of them. A part is also drawn with at"
              + " its end. 0 for no previews. Default: ${DEFAULT-VALUE}")
  private String sampleEvery = "0";

  @Option(
      names = "--validate-every",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "The number of steps between two measurements with --validation. Default:"
              + " ${DEFAULT-VALUE}")
  private long validateEvery;

  /**
   * Returns the requested inspection.
   *
   * @param validation held-out examples
   */
  Inspection inspection(Optional<DataSet> validation) {
    return new Inspection(validation, validateEvery, interval());
  }

  private Interval interval() {
    Check.that(
        sampleEvery.matches("[0-9]{1,9}m?"),
        "sample-every",
        sampleEvery,
        "a number of steps, or of minutes such as 5m");
    long number = Long.parseLong(sampleEvery.replace("m", ""));
    return sampleEvery.endsWith("m")
        ? new Interval(0, Duration.ofMinutes(number))
        : Interval.ofSteps(number);
  }

  /** Whether prompts were requested. */
  boolean isAsked() {
    return !prompts.isEmpty();
  }

  /**
   * Draws all prompts side by side; empty if the model lacks a part, or there are none.
   *
   * @param captions the prompts if none were requested
   */
  Optional<Image> draw(Path model, List<String> captions) {
    List<String> drawn = isAsked() ? prompts : captions;
    if (!Files.exists(model.resolve(INDEX)) || drawn.isEmpty()) {
      return Optional.empty();
    }
    var how = ModelOptions.opening(Residency.ONE_AT_A_TIME, Optional.empty());
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(model, how, plugins)) {
      var words = drawn.stream().map(text -> new ImageTask.Words(text, "")).toList();
      var settings =
          DirectGenerator.settings(
              open.pipeline(), ImageTask.of(drawn.get(0)), Map.of(), SamplingOptions::nameOf);
      List<NoiseSource> noise =
          IntStream.range(0, words.size())
              .<NoiseSource>mapToObj(i -> new PhiloxNoise(0, i))
              .toList();
      var images =
          open.pipeline()
              .draw(new ImageTask.TextToImage(words), settings, noise, SamplingListener.NONE);
      return Optional.of(ContactSheet.of(images));
    }
  }
}
