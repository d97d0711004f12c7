package io.diffusion4j.cli.generate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.generate.KnownPixels.Agreement;
import io.diffusion4j.cli.inspect.Processor;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.provenance.PixelDifference;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.ReplayFinding;
import io.diffusion4j.serving.request.RecipeFile;
import io.diffusion4j.serving.v1.Recipe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code diffusion4j conform}: draws pictures whose pixels are known, and compares. */
@Command(
    name = "conform",
    description =
        "Draw ten pictures in each number format, and compare their pixels with the "
            + "known results.",
    exitCodeList = {
      "0:all pictures equal the known results for this kind of machine",
      "1:failed",
      "2:bad input",
      "3:at least one picture is refuted",
      "4:no picture is refuted, but at least one is only close, because no result "
          + "is known for this kind of machine"
    },
    footer = {
      "",
      "A picture is \"the same\" if its pixels equal the known result for the same "
          + "number format, engine and instruction set; for the format exact, the result "
          + "of any machine counts. It is \"close\" if no such result is known and it "
          + "differs from the f32 picture by rounding only. Otherwise it is \"refuted\". "
          + "The lines that --json writes on a new kind of machine can be added to the "
          + "table of known results.",
      "",
      "Example:",
      "  diffusion4j conform"
    })
public final class ConformCommand implements Callable<Integer> {
  private static final List<Precision> ALL = List.of(Precision.values());
  private static final List<Precision> EVERYWHERE = List.of(Precision.FLOAT32, Precision.EXACT);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin private Console console = new Console();
  @Mixin private CommonOptions.JsonText json = new CommonOptions.JsonText();
  @Mixin private Redrawing redrawing = new Redrawing();
  @Mixin private SourceOptions source = new SourceOptions();

  private final Map<Agreement, Integer> counts = new EnumMap<>(Agreement.class);
  private int failure;

  @Override
  public Integer call() throws IOException {
    List<RecipeFile> pictures = new ArrayList<>();
    for (Precision precision : source.model.precision().map(List::of).orElse(ALL)) {
      if (EVERYWHERE.contains(precision) || Engines.areMadeFor(precision)) {
        pictures.addAll(KnownPixels.pictures(precision));
      } else {
        console.say(precision.word() + ": left out, the processor has no instructions for it");
      }
    }
    List<KnownPixels> table = KnownPixels.table();
    if (!json.isGiven()) {
      console.printf(
          "%s (%s), %s %s, Java %s",
          Processor.name(),
          String.join(" ", Processor.instructionSets()),
          System.getProperty("os.name"),
          System.getProperty("os.arch"),
          System.getProperty("java.version"));
    }
    redrawing.draw(
        source,
        console,
        Provenance.DECLARED,
        pictures,
        new Redrawing.Result() {
          @Override
          public void drawn(RecipeFile original, Generation.Picture again) throws IOException {
            compare(original, again, table);
          }

          @Override
          public void failed(RecipeFile original, RuntimeException why) {
            failure = FailureHandler.status(why);
            console.say("error: " + FailureHandler.describe(why));
          }
        });
    if (!json.isGiven()) {
      console.printf(
          "%d same, %d close, %d refuted",
          count(Agreement.SAME), count(Agreement.CLOSE), count(Agreement.REFUTED));
    }
    return failure != 0
        ? failure
        : count(Agreement.REFUTED) > 0 ? 3 : count(Agreement.CLOSE) > 0 ? 4 : 0;
  }

  private int count(Agreement agreement) {
    return counts.getOrDefault(agreement, 0);
  }

  private void compare(RecipeFile original, Generation.Picture again, List<KnownPixels> table)
      throws IOException {
    Rgb8 reference = Rgb8.of(ImageFiles.read(original.png(), RecipeFile.MAX_PIXELS));
    Rgb8 drawn = Rgb8.of(ImageFiles.read(again.png(), RecipeFile.MAX_PIXELS));
    Recipe now = Recipes.fromJson(again.recipe());
    var difference = PixelDifference.between(reference, drawn);
    var own =
        new KnownPixels(
            original.name(), now.getPrecision(), now.getEngine(), ReplayFinding.digest(drawn));
    Agreement agreement = own.agreement(table, difference);
    counts.merge(agreement, 1, Integer::sum);
    String word = agreement.name().toLowerCase(Locale.ROOT);
    if (json.isGiven()) {
      ObjectNode line = JSON.createObjectNode();
      line.put("picture", own.picture());
      line.put("precision", own.precision());
      line.put("engine", own.engine());
      line.put("pixels", own.pixels());
      line.put("agreement", word);
      line.put("psnr", difference.isNone() ? null : (Double) difference.psnr());
      console.print(JSON.writeValueAsString(line));
    } else {
      console.printf(
          "%s %s %s: %s, %s; from f32 %s",
          own.picture(), own.precision(), own.engine(), word, own.pixels(), difference);
    }
  }
}
