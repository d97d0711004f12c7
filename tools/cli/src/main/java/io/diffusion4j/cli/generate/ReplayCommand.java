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
    description = "Draw an image again from the recipe in its file, and compare the two images.",
    exitCodeList = {
      "0:all pixels are equal",
      "1:failed, the images differ, or a filter refused the image",
      "2:bad input",
      "3:the images differ by rounding only: PSNR of at least 45 dB, and no value "
          + "off by more than 32 of 255"
    },
    footer = {
      "",
      "An image can be redrawn exactly with the same weights, which the recipe "
          + "identifies, in the same number format and on the same kind of machine. An "
          + "image drawn with --precision exact can be redrawn on any machine. If a "
          + "recipe records --precision int8 or exact, replay uses that format.",
      "",
      "Example:",
      "  diffusion4j replay apple.png"
    })
public final class ReplayCommand implements Callable<Integer> {
  private static final int ROUNDING = 3;

  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "FILE", description = "A PNG file drawn by generate or by a server.")
  private Path file = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Also write the new image to this PNG file, or to standard output with -.")
  private @Nullable Path output;

  @Mixin private Redrawing redrawing = new Redrawing();
  @Mixin private DrawerOptions drawer = new DrawerOptions();

  @Override
  public Integer call() throws IOException {
    drawer.requireFit();
    RecipeFile original = RecipeFile.read(file);
    if (output != null) {
      var to = new OutputFile(output);
      to.requirePng();
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
