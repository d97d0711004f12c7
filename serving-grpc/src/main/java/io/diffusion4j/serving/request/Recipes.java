package io.diffusion4j.serving.request;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Recipe;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Recipes: what an image file says about how it was made, as a request that makes it again. */
public final class Recipes {
  /** The keyword of the {@code iTXt} chunk that holds the recipe. */
  public static final String KEYWORD = "Diffusion4J recipe";

  private static final String SOFTWARE = "Diffusion4J " + version();

  private Recipes() {}

  /** The recipe of image {@code first_image + i} of a request. */
  public static Recipe of(ResolvedRequest request, int i) {
    ImageSeed seed = request.seed(i);
    GenerateImagesRequest alone =
        request.request().toBuilder()
            .clearRequestId()
            .clearPriority()
            .clearPreview()
            .clearSeeds()
            .addSeeds(seed.seed())
            .setFirstImage(seed.stream())
            .setImageCount(1)
            .build();
    return Recipe.newBuilder()
        .setRequest(alone)
        .setWeightsDigest(request.card().weightsDigest())
        .setSoftware(SOFTWARE)
        .build();
  }

  /** The recipe as one line of JSON, always the same for the same recipe. */
  public static String toJson(Recipe recipe) {
    try {
      return JsonFormat.printer().omittingInsignificantWhitespace().sortingMapKeys().print(recipe);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a recipe holds nothing that JSON cannot say", e);
    }
  }

  /**
   * The recipe that this JSON says.
   *
   * @throws IllegalArgumentException if it says none
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

  private static String version() {
    var properties = new Properties();
    try (InputStream in = Recipes.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }
}
