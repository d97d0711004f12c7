package io.diffusion4j.cli.generate;

import com.google.common.hash.Hashing;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.StageBars;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.ImageGenerator;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.serving.v1.LoraChoice;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.unclip.PriorChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
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
          + " format on the same kind of machine. A recipe of --precision int8 names this format"
          + " too, and replay then uses it.",
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

  @Option(
      names = "--prior",
      paramLabel = "KIND",
      defaultValue = "diffusion",
      description = "The prior that drew the image, diffusion or ar. Default: ${DEFAULT-VALUE}")
  private String prior = "";

  @Mixin private DrawerOptions drawer = new DrawerOptions();

  @Override
  public Integer call() throws IOException {
    drawer.connection.check(drawer.server);
    if (drawer.server != null) {
      drawer.provenance.requireNoneBeside(drawer.server);
      drawer.filters.requireNoneBeside(drawer.server);
    }
    RecipeFile original = RecipeFile.read(file);
    if (output != null) {
      var to = new OutputFile(output);
      PngFiles.requireWritable(to);
      if (to.isStandardOutput()) {
        console.leaveOutput();
      }
    }
    if (drawer.server != null) {
      drawer.plugins.requireNoneBeside(drawer.server);
    }
    Generation.Picture again =
        drawer.draw(
            console,
            () -> opening(original),
            UnaryOperator.identity(),
            (generator, here) -> again(generator, original, here.isPresent()));
    if (again.isRefused()) {
      console.printf(
          "%s: refused: %s", original.path(), again.metadata().getRefusal().getMessage());
      return FailureHandler.FAILED;
    }
    if (output != null) {
      new OutputFile(output).write(again.png());
    }
    return report(original, again);
  }

  /** Returns the settings for opening the model, whose digest is checked before it is loaded. */
  private OpenOptions opening(RecipeFile original) {
    OpenOptions how =
        drawer
            .model
            .replaying(original.recipe().getPrecision())
            .withPrior(PriorChoice.named(prior).word())
            .withLoras(drawer.model.loras().of(original.loras()));
    Path folder = drawer.model.folder();
    String digest = OpenPipeline.family(folder).digest(folder, how);
    if (!digest.equals(original.recipe().getWeightsDigest())) {
      throw otherWeights(original, folder + " with " + digest);
    }
    return how;
  }

  private Generation.Picture again(ImageGenerator generator, RecipeFile original, boolean isHere) {
    List<Model> models = generator.models();
    Model own = isHere ? models.get(0) : modelWithItsWeights(models, original);
    original.requireParts(own.getPartsList());
    var loras = isHere ? List.<LoraChoice>of() : original.loras(own.getLorasList());
    var request = original.request(own.getName(), own.getStagesList(), loras);
    try (var bars = new StageBars(console.bars(), 1)) {
      return generator
          .generate(request, bars)
          .images()
          .get(0); // an image that fails fails the call
    }
  }

  /** Uses the server's names; if several match, the recipe's name. */
  private static Model modelWithItsWeights(List<Model> models, RecipeFile original) {
    String asked = original.recipe().getRequest().getModel();
    List<Model> same =
        models.stream()
            .filter(m -> m.getWeightsDigest().equals(original.recipe().getWeightsDigest()))
            .toList();
    if (same.isEmpty()) {
      throw otherWeights(
          original,
          models.stream()
              .map(m -> m.getName() + " with " + m.getWeightsDigest())
              .collect(Collectors.joining(", ")));
    }
    return same.stream().filter(m -> m.getName().equals(asked)).findFirst().orElse(same.get(0));
  }

  private static IllegalArgumentException otherWeights(RecipeFile original, String present) {
    String published = original.recipe().getPublishedModel();
    return Check.refusal(
        "model",
        present,
        "the weights that drew "
            + original.path()
            + ", "
            + original.recipe().getWeightsDigest()
            + (published.isEmpty() ? "" : " of " + published));
  }

  private int report(RecipeFile original, Generation.Picture again) throws IOException {
    String before = sha256(original.png());
    String now = sha256(again.png());
    if (before.equals(now)) {
      console.printf("%s: the same file, bit for bit: sha256 %s", original.path(), now);
      return 0;
    }
    PixelDifference difference = PixelDifference.between(original.png(), again.png());
    if (difference.isNone()) {
      console.printf(
          "%s: the same pixels; the file differs in other things: sha256 %s, drawn again %s",
          original.path(), before, now);
    } else {
      console.printf(
          "%s: other pixels, %s: %d of %d values differ, by at most %d of 255 (%.1f dB); drawn by"
              + " %s, again by %s",
          original.path(),
          difference.isRounding() ? "the same picture but for rounding" : "another picture",
          difference.values(),
          difference.of(),
          difference.most(),
          difference.psnr(),
          original.recipe().getSoftware(),
          Recipes.fromJson(again.recipe()).getSoftware());
    }
    return difference.isNone() ? 0 : difference.isRounding() ? ROUNDING : FailureHandler.FAILED;
  }

  private static String sha256(byte[] bytes) {
    return Hashing.sha256().hashBytes(bytes).toString();
  }

  /**
   * The difference of two pictures.
   *
   * @param values how many of the values differ
   * @param of the number of values
   * @param most the largest difference
   * @param psnr the peak signal-to-noise ratio in dB; infinite if no value differs
   */
  record PixelDifference(int values, int of, int most, double psnr) {
    /**
     * The least PSNR of pictures that differ by rounding, in dB: a root mean square of 1.4 of 255.
     * The shipped model's pictures with towers on another engine had 51 dB.
     */
    private static final double ROUNDING = 45;

    /** The most by which a value differs by rounding: more is painted over. */
    private static final int MAX_ROUNDING = 32;

    /** More pixels than any model draws. */
    private static final long MAX_PIXELS = 1L << 26;

    /** Compares two image files. */
    static PixelDifference between(byte[] expected, byte[] actual) throws IOException {
      Image before = ImageFiles.read(expected, MAX_PIXELS);
      Image now = ImageFiles.read(actual, MAX_PIXELS);
      Check.that(
          before.width() == now.width() && before.height() == now.height(),
          "size",
          before.width() + "×" + before.height(),
          "%d×%d, the size that the recipe draws",
          now.width(),
          now.height());
      byte[] a = Rgb8.of(before).pixels();
      byte[] b = Rgb8.of(now).pixels();
      int values = 0;
      int most = 0;
      double squares = 0;
      for (int i = 0; i < a.length; i++) {
        int difference = Math.abs((a[i] & 0xff) - (b[i] & 0xff));
        values += difference == 0 ? 0 : 1;
        most = Math.max(most, difference);
        squares += (double) difference * difference;
      }
      return new PixelDifference(
          values, a.length, most, 10 * Math.log10(255.0 * 255 * a.length / squares));
    }

    boolean isNone() {
      return values == 0;
    }

    /** Returns whether it is the same picture, computed with other roundings. */
    boolean isRounding() {
      return psnr >= ROUNDING && most <= MAX_ROUNDING;
    }
  }
}
