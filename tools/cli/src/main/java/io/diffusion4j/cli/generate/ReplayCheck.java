package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.options.GivenOptions;
import io.diffusion4j.client.Generation;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.ReplayFinding.Verdict;
import io.diffusion4j.serving.request.RecipeFile;
import io.diffusion4j.serving.request.ReplayReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks files by drawing them again, and reports one line for each. */
@Command // or picocli takes it for no mixin
public final class ReplayCheck {
  @Option(
      names = "--replay",
      description =
          "Draw the pictures again from their recipes, and compare the pixels. This "
              + "requires the model's weights but no key.")
  private boolean given;

  @Mixin private Redrawing redrawing = new Redrawing();
  @Mixin private SourceOptions source = new SourceOptions();

  @Spec(Spec.Target.SELF)
  private CommandSpec self = CommandSpec.create();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  private final Set<Verdict> verdicts = EnumSet.noneOf(Verdict.class);
  private int failure;

  /**
   * Returns whether the check was requested.
   *
   * @throws IllegalArgumentException if it was not, but an option for it is given
   */
  public boolean isGiven() {
    if (!given) {
      GivenOptions.refuseBeside(Set.of("--replay"), self, command, "none without --replay");
    }
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
              fail(console, new IOException(original.name() + ": refused: " + why));
              return;
            }
            report(console, ReplayReport.of(original, again.png(), again.recipe()), asJson);
          }

          @Override
          public void failed(RecipeFile original, RuntimeException why) throws IOException {
            if (why instanceof RecipeFile.OtherWeightsException) {
              report(
                  console,
                  ReplayReport.ofOtherWeights(original, FailureHandler.describe(why)),
                  asJson);
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

  private void report(Console console, ReplayReport report, boolean asJson) {
    verdicts.add(report.finding().verdict());
    console.print(asJson ? report.toJson() : report.toText());
  }
}
