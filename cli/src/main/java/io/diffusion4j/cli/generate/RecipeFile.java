package io.diffusion4j.cli.generate;

import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A PNG file that says how it was made.
 *
 * @param path where it is
 * @param png its bytes
 * @param recipe what it says
 */
record RecipeFile(Path path, byte[] png, Recipe recipe) {
  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is no PNG file, or says nothing that makes one image
   */
  static RecipeFile read(Path path) throws IOException {
    byte[] png = Files.readAllBytes(path);
    String json = text(path, png);
    Recipe recipe = recipe(path, json);
    GenerateImagesRequest request = recipe.getRequest();
    if (request.getImageCount() != 1 || request.getValidateOnly()) {
      throw new IllegalArgumentException(
          "recipe of "
              + path
              + ": "
              + (request.getValidateOnly() ? "of a plan" : request.getImageCount() + " images")
              + " (expected: of one image)");
    }
    return new RecipeFile(path, png, recipe);
  }

  private static String text(Path path, byte[] png) {
    String json;
    try {
      json = Png.text(png).get(Recipes.KEYWORD);
    } catch (IOException e) {
      throw new IllegalArgumentException("file: " + path + " (expected: a PNG file)", e);
    }
    if (json == null) {
      throw new IllegalArgumentException(
          "file: " + path + " (expected: a PNG file with the text chunk " + Recipes.KEYWORD + ")");
    }
    return json;
  }

  private static Recipe recipe(Path path, String json) {
    try {
      return Recipes.fromJson(json);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    }
  }
}
