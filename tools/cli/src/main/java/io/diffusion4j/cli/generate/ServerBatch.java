package io.diffusion4j.cli.generate;

import com.google.protobuf.util.Durations;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.StageBars;
import io.diffusion4j.cli.console.StageWatch;
import io.diffusion4j.cli.options.OptionNames;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Warning;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A batch of images that a server draws and this process writes. */
record ServerBatch(
    Console console,
    PngFiles files,
    DrawOptions draws,
    SamplingOptions stages,
    DrawerOptions drawer) {
  /** Draws the images of each request on a server and writes them. */
  int run(String server, List<GenerateImagesRequest.Builder> requests) throws IOException {
    if (files.isStandardOutput()) {
      console.leaveOutput();
    }
    boolean complete = true;
    Set<Integer> released = new HashSet<>();
    for (int i = 0; i < requests.size(); i++) {
      try (var client = drawer.connection.connect(server)) {
        Generation generation = draw(client, requests.get(i));
        report(generation, i * draws.count, released);
        complete &= generation.failures().isEmpty();
      }
    }
    if (!complete) {
      return FailureHandler.FAILED;
    }
    files.writeSheet(released::contains).ifPresent(console::print);
    return 0;
  }

  private Generation draw(GenerationClient client, GenerateImagesRequest.Builder request) {
    request.setImageCount(draws.count).putAllStages(stages.byStage());
    drawer.model.loras().ask(request);
    draws.knownSeed().ifPresent(request::addSeeds);
    try (var bars = new StageBars(console.bars(), draws.count)) {
      return client.generate(request.build(), bars);
    }
  }

  private void report(Generation generation, int first, Set<Integer> released) {
    warn(console, generation.warnings());
    for (var picture : generation.images()) {
      var about = picture.metadata();
      if (picture.isRefused()) {
        console.printf(
            "%s: refused: %s",
            files.file(first + about.getIndex()), about.getRefusal().getMessage());
        continue;
      }
      released.add(first + about.getIndex());
      console.printf(
          "%s: %d×%d pixels, seed %s%s",
          files.write(first + about.getIndex(), picture.png()),
          about.getWidth(),
          about.getHeight(),
          Long.toUnsignedString(about.getSeed()),
          draws.count == 1 ? "" : ", image " + (about.getIndex() + 1) + " of it");
    }
    Map<String, Double> seconds = new LinkedHashMap<>();
    var usage = generation.usage();
    usage
        .getStagesList()
        .forEach(s -> seconds.put(s.getStage(), Durations.toSecondsAsDouble(s.getTime())));
    console.print(StageWatch.times(seconds, Durations.toSecondsAsDouble(usage.getRunTime())));
    generation
        .failures()
        .forEach(
            f ->
                console.say(
                    "error: image " + (f.getImageIndex() + 1) + ": " + f.getError().getMessage()));
  }

  /** Prints the warnings of the server. */
  static void warn(Console console, List<Warning> warnings) {
    warnings.stream()
        .distinct()
        .forEach(
            w -> console.say("warning: " + OptionNames.of(w.getField()) + ": " + w.getMessage()));
  }
}
