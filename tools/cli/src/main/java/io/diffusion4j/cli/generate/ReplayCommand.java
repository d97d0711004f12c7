package io.diffusion4j.cli.generate;

import com.google.common.hash.Hashing;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.provenance.PixelDifference;
import io.diffusion4j.serving.request.RecipeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j replay}: draws an image file again from its recipe. */
@Command(
    name = "replay",
    description = "Draw an image again from the recipe in its file, and compare both.",
    exitCodeList = {
      "0:all pixels are equal",
      "1:failed, another picture, or refused by a filter",
      "2:bad input",
      "3:the same picture but for rounding: 45 dB or more, and no value off by more than 32 of 255"
    },
    footer = {
      "",
      "An image can be drawn again by the same weights, which the recipe names, in the same number"
          + " format on the same kind of machine; one of --precision exact on any machine."
          + " A recipe of --precision int8 or exact names this format, and replay then uses it.",
      "",
      "Example:",
      "  diffusion4j replay apple.png"
    })
public final class ReplayCommand implements Callable<Integer> {
  private static final int ROUNDING = 3;

  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "FILE", description = "A PNG file drawn by generate or a server.")
  private Path file = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Also write the new image to this PNG file, or with - to the standard output.")
  private @Nullable Path output;

  @Mixin private Redrawing redrawing = new Redrawing();
  @Mixin private DrawerOptions drawer = new DrawerOptions();

  @Override
  public Integer call() throws IOException {
    drawer.requireFit();
    RecipeFile original = RecipeFile.read(file);
    if (output != null) {
      var to = new OutputFile(output);
      PngFiles.requireWritable(to);
      if (to.isStandardOutput()) {
        console.leaveOutput();
      }
    }
    List<Generation.Picture> drawn = new ArrayList<>();
    redrawing.draw(
        drawer,
        console,
        drawer.marks(),
        List.of(original),
        new Redrawing.Result() {
          @Override
          public void drawn(RecipeFile from, Generation.Picture again) {
            drawn.add(again);
          }

          @Override
          public void failed(RecipeFile from, RuntimeException why) {
            throw why;
          }
        });
    Generation.Picture again = drawn.get(0);
    if (again.isRefused()) {
      console.printf(
          "%s: refused: %s", original.name(), again.metadata().getRefusal().getMessage());
      return FailureHandler.FAILED;
    }
    if (output != null) {
      new OutputFile(output).write(again.png());
    }
    return report(original, again);
  }

  private int report(RecipeFile original, Generation.Picture again) throws IOException {
    String before = sha256(original.png());
    String now = sha256(again.png());
    if (before.equals(now)) {
      console.printf("%s: the same file, bit for bit: sha256 %s", original.name(), now);
      return 0;
    }
    PixelDifference difference =
        PixelDifference.between(pixels(original.png()), pixels(again.png()));
    if (difference.isNone()) {
      console.printf(
          "%s: the same pixels; the file differs in other things: sha256 %s, drawn again %s",
          original.name(), before, now);
    } else {
      console.printf(
          "%s: other pixels, %s: %s; drawn by %s, again by %s",
          original.name(),
          difference.isRounding() ? "the same picture but for rounding" : "another picture",
          difference,
          original.recipe().getSoftware(),
          Recipes.fromJson(again.recipe()).getSoftware());
    }
    return difference.isNone() ? 0 : difference.isRounding() ? ROUNDING : FailureHandler.FAILED;
  }

  private static Rgb8 pixels(byte[] png) throws IOException {
    return Rgb8.of(ImageFiles.read(png, RecipeFile.MAX_PIXELS));
  }

  private static String sha256(byte[] bytes) {
    return Hashing.sha256().hashBytes(bytes).toString();
  }
}
