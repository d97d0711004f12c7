package io.diffusion4j.client;

import io.diffusion4j.serving.v1.ImageFailure;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.Plan;
import io.diffusion4j.serving.v1.Usage;
import io.diffusion4j.serving.v1.Warning;
import java.util.List;

/**
 * The result of a request.
 *
 * @param requestId the id of the request; a repetition with this id returns the same images
 * @param plan the request with all defaults filled in
 * @param images the drawn images, in order
 * @param failures the failed images
 * @param warnings about possibly unintended settings
 * @param usage of resources
 */
public record Generation(
    String requestId,
    Plan plan,
    List<Picture> images,
    List<ImageFailure> failures,
    List<Warning> warnings,
    Usage usage) {
  public Generation {
    images = List.copyOf(images);
    failures = List.copyOf(failures);
    warnings = List.copyOf(warnings);
  }

  /**
   * A received image.
   *
   * @param metadata its number, seed, size and recipe
   * @param png the file, whose checksums were verified
   */
  public record Picture(ImageMetadata metadata, byte[] png) {
    /** Returns the recipe as JSON. */
    public String recipe() {
      return metadata.getRecipe();
    }
  }
}
