package io.diffusion4j.cli.generate;

import com.google.protobuf.util.Durations;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.StageBars;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.ImageGenerator;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.Warning;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Draws requests on a server or in this process, and writes the images. */
final class ImageWriter {
  private final Console console;
  private final PngFiles files;
  private final DrawOptions draws;
  private final BatchOptions batch;
  private final SortedMap<Integer, byte[]> written = new TreeMap<>();
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private double allSeconds;
  private boolean complete = true;

  ImageWriter(Console console, PngFiles files, DrawOptions draws, BatchOptions batch) {
    this.console = console;
    this.files = files;
    this.draws = draws;
    this.batch = batch;
    if (files.isStandardOutput()) {
      console.leaveOutput();
    }
  }

  /** Returns the model that draws requests without a name. */
  static Model model(ImageGenerator generator) {
    return generator.models().stream()
        .filter(Model::getIsDefault)
        .findFirst()
        .orElseThrow(() -> Check.refusal("model", "none", "a model that is the default"));
  }

  /** An input of the command, with a note on its images, which may be empty. */
  record Asked(GenerateImagesRequest.Builder request, String note) {
    /** Returns the input with these options of the stages. */
    static Asked of(GenerateImagesRequest.Builder request, SamplingOptions stages, Model model) {
      return new Asked(request.putAllStages(stages.byStage(model.getStagesList())), "");
    }

    /** Returns the inputs with these options of the stages. */
    static List<Asked> all(
        List<GenerateImagesRequest.Builder> requests, SamplingOptions stages, Model model) {
      return requests.stream().map(request -> of(request, stages, model)).toList();
    }

    Asked withNote(String other) {
      return new Asked(request, other);
    }
  }

  /** Draws the images of each input and writes them; returns the exit status. */
  int write(ImageGenerator generator, Model model, List<Asked> asked) throws IOException {
    int status = draw(generator, model, asked);
    batch.writeRaw();
    return status;
  }

  private int draw(ImageGenerator generator, Model model, List<Asked> asked) throws IOException {
    long seed = draws.seedOrNew();
    List<GenerateImagesRequest> requests = new ArrayList<>();
    List<Integer> inputs = new ArrayList<>();
    int most = Math.max(1, model.getMaxImageCount());
    for (int input = 0; input < asked.size(); input++) {
      for (int first = 0; first < draws.count; first += most) {
        requests.add(
            asked
                .get(input)
                .request
                .clone()
                .clearSeeds()
                .addSeeds(seed)
                .setFirstImage(first)
                .setImageCount(Math.min(most, draws.count - first))
                .build());
        inputs.add(input);
      }
    }
    Set<Warning> warnings = new LinkedHashSet<>();
    try (var bars = new StageBars(console.bars(), Math.min(most, draws.count))) {
      int[] next = {0};
      generator.generateAll(
          requests,
          bars,
          generation -> {
            generation.warnings().stream().filter(warnings::add).forEach(this::warn);
            int input = inputs.get(next[0]++);
            report(generation, input * draws.count, asked.get(input).note);
          });
    }
    if (!complete) {
      return FailureHandler.FAILED;
    }
    files.writeSheet(written.values()).ifPresent(console::print);
    seconds.put("in all", allSeconds);
    console.print(
        seconds.entrySet().stream()
            .map(part -> String.format(Locale.ROOT, "%s %.2f s", part.getKey(), part.getValue()))
            .collect(Collectors.joining(", ")));
    return 0;
  }

  private void warn(Warning warning) {
    console.say(
        "warning: " + SamplingOptions.nameOf(warning.getField()) + ": " + warning.getMessage());
  }

  private void report(Generation generation, int first, String note) {
    for (var picture : generation.images()) {
      var about = picture.metadata();
      int image = first + about.getIndex();
      String source =
          batch.source(about.getSeed(), about.getIndex(), draws.count)
              + (note.isEmpty() ? "" : ", " + note);
      if (picture.isRefused()) {
        String why = about.getRefusal().getMessage();
        console.printf("%s: refused: %s; %s", files.file(image), why, source);
        continue;
      }
      written.put(image, picture.png());
      console.printf(
          "%s: %d×%d pixels, %s",
          files.write(image, picture.png()), about.getWidth(), about.getHeight(), source);
    }
    var usage = generation.usage();
    usage
        .getStagesList()
        .forEach(
            stage ->
                seconds.merge(
                    stage.getStage(), Durations.toSecondsAsDouble(stage.getTime()), Double::sum));
    allSeconds += Durations.toSecondsAsDouble(usage.getRunTime());
    for (var failure : generation.failures()) {
      complete = false;
      String why = failure.getError().getMessage();
      console.say("error: image " + (failure.getImageIndex() + 1) + ": " + why);
    }
  }
}
