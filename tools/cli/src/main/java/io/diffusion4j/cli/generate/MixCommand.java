package io.diffusion4j.cli.generate;

import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.v1.MixIngredient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j mix}: draws images of a weighted sum of texts and pictures. */
@Command(
    name = "mix",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Draw images from a weighted mix of texts and images.",
    footer = {
      "",
      "Example:",
      "  diffusion4j mix cat.png:0.5 \"a starry night\":0.5 --model kandinsky --output night.png"
    })
public final class MixCommand implements Callable<Integer> {
  private static final Pattern WEIGHTED = Pattern.compile("(.+):(-?[0-9]*\\.?[0-9]+)");
  private static final Pattern IMAGE = Pattern.compile("(?i)\\S\\.(png|jpe?g|webp)$");

  @Parameters(
      paramLabel = "IMAGE|TEXT[:WEIGHT]",
      arity = "1..*",
      description =
          "A PNG, JPEG or WebP file, or a text in quotes, optionally with its weight "
              + "in the sum of embeddings. Default weight: 1 divided by the number of inputs")
  private List<String> ingredients = List.of();

  @Option(
      names = "--negative",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "The negative prompt: what the images should not show. Default: none")
  private String negative = "";

  @Mixin private EditOptions edit = new EditOptions();

  @Override
  public Integer call() throws IOException {
    edit.check(1);
    List<MixIngredient> mixed = new ArrayList<>();
    for (String ingredient : ingredients) {
      mixed.add(ingredient(ingredient));
    }
    var request = Requests.mix(mixed);
    request.getMixBuilder().setNegativeText(negative);
    return edit.draw(List.of(request));
  }

  private MixIngredient ingredient(String given) throws IOException {
    var weighted = WEIGHTED.matcher(given);
    boolean hasWeight = weighted.matches() && !isFile(given);
    String what = hasWeight ? weighted.group(1) : given;
    double weight = hasWeight ? Double.parseDouble(weighted.group(2)) : 1.0 / ingredients.size();
    Check.that(!what.isBlank(), "ingredient", given, "an image, or some words");
    Check.that(
        isFile(what) || !IMAGE.matcher(what).find(), "ingredient", given, "an existing image");
    int colon = given.lastIndexOf(':');
    Check.that(
        hasWeight || colon < 0 || isFile(given) || !isFile(given.substring(0, colon)),
        "ingredient",
        given,
        "a number after the colon");
    return isFile(what)
        ? Requests.ingredient(InputFile.read(Path.of(what)), weight)
        : Requests.ingredient(what, weight);
  }

  private static boolean isFile(String text) {
    try {
      return Files.isRegularFile(Path.of(text));
    } catch (InvalidPathException e) { // words with a character that no file name has
      return false;
    }
  }
}
