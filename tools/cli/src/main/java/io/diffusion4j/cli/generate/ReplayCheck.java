package io.diffusion4j.cli.generate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.provenance.PixelDifference;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.ReplayFinding;
import io.diffusion4j.provenance.ReplayFinding.Verdict;
import io.diffusion4j.serving.v1.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks files by drawing them again, and reports one line for each. */
@Command // or picocli takes it for no mixin
public final class ReplayCheck {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--replay",
      description =
          "Draw the pictures again from their recipes, and compare the pixels. This needs the"
              + " weights, and no key.")
  private boolean given;

  @Mixin private Redrawing redrawing = new Redrawing();
  @Mixin private SourceOptions source = new SourceOptions();

  private final Set<Verdict> verdicts = EnumSet.noneOf(Verdict.class);
  private int failure;

  /** Returns whether the check was requested. */
  public boolean isGiven() {
    return given;
  }

  /**
   * Draws files again and prints the findings. A file that cannot be checked is reported, and the
   * others are checked.
   *
   * @param marks a watermark changes pixels, so it must be that of the files
   * @param asJson whether each line is an object
   * @return 0 if all are checked, otherwise an exit status
   */
  public int check(Console console, List<Path> files, Provenance marks, boolean asJson)
      throws IOException {
    List<RecipeFile> originals = new ArrayList<>();
    for (Path file : files) {
      try {
        originals.add(RecipeFile.read(file));
      } catch (IOException | IllegalArgumentException e) {
        fail(console, e);
      }
    }
    redrawing.draw(
        source,
        console,
        marks,
        originals,
        new Redrawing.Result() {
          @Override
          public void drawn(RecipeFile original, Generation.Picture again) throws IOException {
            if (again.isRefused()) {
              String why = again.metadata().getRefusal().getMessage();
              fail(console, new IOException(original.path() + ": refused: " + why));
              return;
            }
            Recipe now = Recipes.fromJson(again.recipe());
            var finding =
                ReplayFinding.of(
                    original.png(),
                    again.png(),
                    Recipes.KEYWORD,
                    isSameWay(original.recipe(), now),
                    RecipeFile.MAX_PIXELS);
            report(console, original, finding, now, asJson);
          }

          @Override
          public void failed(RecipeFile original, RuntimeException why) throws IOException {
            if (why instanceof Redrawing.OtherWeightsException) {
              var finding =
                  ReplayFinding.ofOtherWeights(
                      original.png(), FailureHandler.describe(why), RecipeFile.MAX_PIXELS);
              report(console, original, finding, Recipe.getDefaultInstance(), asJson);
            } else {
              fail(console, why);
            }
          }
        });
    return failure;
  }

  /** Returns the verdicts that were reported. */
  public Set<Verdict> verdicts() {
    return verdicts;
  }

  private void fail(Console console, Exception why) {
    failure = failure == FailureHandler.FAILED ? failure : FailureHandler.status(why);
    console.say("error: " + FailureHandler.describe(why));
  }

  /** Whether both were computed so that the promise of equal bits holds. */
  private static boolean isSameWay(Recipe then, Recipe now) {
    return !then.getEngine().isEmpty()
        && then.getEngine().equals(now.getEngine())
        && then.getPrecision().equals(now.getPrecision())
        && then.getSoftware().equals(now.getSoftware());
  }

  private void report(
      Console console, RecipeFile original, ReplayFinding finding, Recipe now, boolean asJson)
      throws IOException {
    verdicts.add(finding.verdict());
    console.print(asJson ? json(original, finding, now) : text(original, finding, now));
  }

  private static String text(RecipeFile original, ReplayFinding finding, Recipe now) {
    var text = new StringBuilder();
    text.append(original.path()).append(": ").append(word(finding)).append(": ");
    text.append(finding.reason()).append("; pixels ").append(finding.original());
    finding
        .drawn()
        .ifPresent(
            drawn -> {
              if (!drawn.equals(finding.original())) {
                text.append(", drawn again ").append(drawn);
              }
              text.append("; drawn by ").append(way(original.recipe()));
              if (!way(now).equals(way(original.recipe()))) {
                text.append(", again by ").append(way(now));
              }
            });
    return text.toString();
  }

  private static String way(Recipe recipe) {
    return String.join(" ", recipe.getSoftware(), recipe.getPrecision(), recipe.getEngine())
        .strip();
  }

  private static String word(ReplayFinding finding) {
    return finding.verdict().name().toLowerCase(Locale.ROOT);
  }

  private static String json(RecipeFile original, ReplayFinding finding, Recipe now)
      throws IOException {
    ObjectNode object = JSON.createObjectNode();
    object.put("file", original.path().toString());
    object.put("file_digest", "sha256:" + Sha256.hex(original.png()));
    object.put("verdict", word(finding));
    object.put("reason", finding.reason());
    object.put("pixels", finding.original());
    finding.drawn().ifPresent(drawn -> object.put("drawn", drawn));
    finding
        .difference()
        .filter(difference -> !difference.isNone())
        .ifPresent(
            difference -> {
              ObjectNode node = object.putObject("difference");
              node.put("values", difference.values());
              node.put("of", difference.of());
              node.put("most", difference.most());
              node.put("psnr", difference.psnr());
            });
    ObjectNode bound = object.putObject("close_if");
    bound.put("psnr_at_least", PixelDifference.ROUNDING);
    bound.put("most_at_most", PixelDifference.MAX_ROUNDING);
    object.set("recipe", JSON.readTree(Recipes.toJson(original.recipe())));
    if (finding.drawn().isPresent()) {
      ObjectNode again = object.putObject("drawn_again_by");
      again.put("weights_digest", now.getWeightsDigest());
      again.put("software", now.getSoftware());
      again.put("precision", now.getPrecision());
      again.put("engine", now.getEngine());
      again.put("java", System.getProperty("java.version"));
      again.put("machine", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    }
    return JSON.writeValueAsString(object);
  }
}
