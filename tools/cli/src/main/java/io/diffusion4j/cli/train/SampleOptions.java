package io.diffusion4j.cli.train;

import io.diffusion4j.checkpoint.AtomicFile;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.training.Inspection;
import io.diffusion4j.training.Inspection.Best;
import io.diffusion4j.training.Inspection.Interval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options for samples and measurements during a training. */
final class SampleOptions {
  private static final String INDEX = "model_index.json";

  @Option(
      names = "--sample",
      paramLabel = "PROMPT",
      description =
          "Draw this prompt at intervals with the current weights and a fixed noise, "
              + "once all parts of the model exist; may be repeated. The pictures are "
              + "written to the folder samples in the state of the part, and to TensorBoard. "
              + "Default: captions of the preview pictures")
  private List<String> prompts = List.of();

  @Option(
      names = "--sample-every",
      paramLabel = "N|Nm",
      defaultValue = "5m",
      description =
          "The interval between previews, in steps (100) or minutes (5m). A preview "
              + "contains the --sample prompts, and pictures next to their reconstructions "
              + "by a decoder or upsampler. Each part also ends with a preview. 0 disables "
              + "previews. Default: ${DEFAULT-VALUE}")
  private String sampleEvery = "0";

  @Option(
      names = "--validate-every",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "Compute the loss on the --validation pictures every N steps. Default: "
              + "${DEFAULT-VALUE}")
  private long validateEvery;

  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Keep the last N saved states of each part, named by step, in the folder "
              + "kept of its state. Default: ${DEFAULT-VALUE}")
  private int kept;

  @Option(
      names = "--keep-best",
      description =
          "Write the weights with the lowest validation loss to the model, instead of "
              + "the last weights. Requires --validation.")
  private boolean keepBest;

  @Option(
      names = "--early-stop",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Stop training a part after N validations in a row without a lower loss. "
              + "Default: ${DEFAULT-VALUE}, never")
  private int earlyStop;

  /**
   * Keeps a saved state, and removes the oldest ones that are too many.
   *
   * @param folder of the part's states
   * @param file the state, which is replaced by the next one and never modified
   */
  void keep(Path folder, long step, Path file) {
    if (kept == 0) {
      return;
    }
    Path states = folder.resolve("kept");
    Path state = states.resolve(String.format(Locale.ROOT, "%08d.safetensors", step));
    try {
      Files.createDirectories(states);
      Files.deleteIfExists(state);
      AtomicFile.linkOrCopy(file, state);
      List<Path> all;
      try (Stream<Path> files = Files.list(states)) {
        all = files.sorted().toList();
      }
      for (Path old : all.subList(0, Math.max(0, all.size() - kept))) {
        Files.delete(old);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep " + state + ": " + e, e);
    }
  }

  /**
   * Returns the requested inspection.
   *
   * @param validation held-out examples
   */
  Inspection inspection(Optional<DataSet> validation) {
    Check.that(kept >= 0, "keep", kept, "≥ 0");
    return new Inspection(validation, validateEvery, interval(), new Best(keepBest, earlyStop));
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
   * @param updates the folders of low-rank updates of the model
   * @param captions the prompts if none were requested
   */
  Optional<Image> draw(Path model, List<Path> updates, List<String> captions) {
    List<String> drawn = isAsked() ? prompts : captions;
    if (!Files.exists(model.resolve(INDEX)) || drawn.isEmpty()) {
      return Optional.empty();
    }
    try (var opened = new DrawnPrompts(model, updates, Residency.ONE_AT_A_TIME)) {
      return Optional.of(ContactSheet.of(opened.draw(drawn, 0)));
    }
  }
}
