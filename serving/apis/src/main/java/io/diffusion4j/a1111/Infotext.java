package io.diffusion4j.a1111;

import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.Recipe;
import io.diffusion4j.serving.v1.StageOptions;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;

/** The text that the web UI shows below a picture, made of its recipe. */
final class Infotext {
  private static final String PARAMETERS = "parameters";

  private Infotext() {}

  /** Returns the text. */
  static String of(Recipe recipe) {
    GenerateImagesRequest request = recipe.getRequest();
    PromptSpec prompt = prompt(request);
    var text = new StringBuilder(prompt.getText());
    if (!prompt.getNegativeText().isEmpty()) {
      text.append("\nNegative prompt: ").append(prompt.getNegativeText());
    }
    text.append('\n')
        .append(
            request.getStagesMap().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(stage -> describe(stage.getKey(), stage.getValue()))
                .collect(Collectors.joining()));
    return text.append("Seed: ")
        .append(Long.toUnsignedString(request.getSeeds(0)))
        .append(", Model: ")
        .append(request.getModel())
        .append(", Version: ")
        .append(recipe.getSoftware())
        .toString();
  }

  static PromptSpec prompt(GenerateImagesRequest request) {
    return switch (request.getTaskCase()) {
      case TEXT_TO_IMAGE -> request.getTextToImage().getPrompt();
      case IMAGE_TO_IMAGE -> request.getImageToImage().getPrompt();
      case INPAINT -> request.getInpaint().getPrompt();
      default -> PromptSpec.getDefaultInstance();
    };
  }

  private static String describe(String stage, StageOptions options) {
    return "%s: %s %d steps, ".formatted(stage, options.getSampler(), options.getSteps());
  }

  /**
   * Returns the description in a PNG file: the text of its recipe, or the web UI's own text; empty
   * if it has neither.
   */
  static String ofFile(String field, byte[] png) {
    try {
      Map<String, String> text = Png.text(png);
      String recipe = text.get(Recipes.KEYWORD);
      return recipe == null ? text.getOrDefault(PARAMETERS, "") : of(Recipes.fromJson(recipe));
    } catch (IOException | IllegalArgumentException e) {
      throw SdException.invalid(
          field, Errors.quote(String.valueOf(e.getMessage())), "a PNG file in base64");
    }
  }
}
