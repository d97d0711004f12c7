package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;

/**
 * The signed statement that a model drew these pixels by this recipe.
 *
 * @param pixels the SHA-256 of the picture, in hexadecimal digits
 * @param recipe the SHA-256 of the recipe's text, in hexadecimal digits; empty without a recipe
 * @param file the statement about the file around them; empty in the first version
 */
record Statement(String pixels, Optional<String> recipe, Optional<File> file) {
  /**
   * The statement about a file.
   *
   * @param source the declared digital source type
   * @param parts the SHA-256 of the list of {@link PictureParts}
   * @param manifest whether a C2PA manifest was added
   */
  record File(String source, String parts, boolean manifest) {}

  /** Returns the bytes that are signed, different for different statements. */
  byte[] signed() {
    String first =
        "diffusion4j provenance %s\npixels %s\nrecipe %s"
            .formatted(file.isPresent() ? 2 : 1, pixels, recipe.orElse("none"));
    String second =
        file.map(
                f ->
                    "\nsource %s\nparts %s\nmanifest %s"
                        .formatted(f.source(), f.parts(), f.manifest()))
            .orElse("");
    return (first + second).getBytes(UTF_8);
  }
}
