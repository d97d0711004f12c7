package io.diffusion4j.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.diffusion4j.serving.v1.Recipe;

/**
 * The recipe inside an image file: the request that draws the image again, as JSON.
 *
 * <p>A PNG file holds it in its {@code iTXt} chunk {@value #KEYWORD}. The request of a recipe can
 * be sent again with {@link GenerationClient}.
 */
public final class Recipes {
  /** The keyword of the {@code iTXt} chunk that holds the recipe. */
  public static final String KEYWORD = "Diffusion4J recipe";

  private Recipes() {}

  /** Returns the recipe as one line of JSON, always the same for the same recipe. */
  public static String toJson(Recipe recipe) {
    try {
      return JsonFormat.printer().omittingInsignificantWhitespace().sortingMapKeys().print(recipe);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("JSON cannot represent a recipe", e);
    }
  }

  /**
   * Parses a recipe from JSON.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Recipe fromJson(String json) {
    try {
      var recipe = Recipe.newBuilder();
      JsonFormat.parser().merge(json, recipe);
      return recipe.build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "recipe: " + e.getMessage() + " (expected: a recipe of Diffusion4J in JSON)", e);
    }
  }
}
