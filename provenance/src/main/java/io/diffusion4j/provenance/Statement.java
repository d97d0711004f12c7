package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.image.Rgb8;
import java.util.Optional;

/**
 * The signed statement that a model drew these pixels by this recipe.
 *
 * @param pixels the SHA-256 of the picture, in hexadecimal digits
 * @param recipe the SHA-256 of the recipe's text, in hexadecimal digits; empty without a recipe
 */
record Statement(String pixels, Optional<String> recipe) {
  static Statement of(Rgb8 picture, Optional<Recipe> recipe) {
    return new Statement(Digests.of(picture), recipe.map(Recipe::text).map(Digests::of));
  }

  /** Returns the bytes that are signed, different for different statements. */
  byte[] signed() {
    return ("diffusion4j provenance 1\npixels " + pixels + "\nrecipe " + recipe.orElse("none"))
        .getBytes(UTF_8);
  }
}
