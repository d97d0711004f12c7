package io.diffusion4j.client;

import io.diffusion4j.serving.v1.ImageFailure;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.Plan;
import io.diffusion4j.serving.v1.Usage;
import io.diffusion4j.serving.v1.Warning;
import java.util.List;

/**
 * What a server made of a request.
 *
 * @param requestId the id of the request; a repeat with it gets the same images
 * @param plan the request with all defaults filled in
 * @param images the images that were drawn, in order
 * @param failures the images that were not
 * @param warnings what the server did that may not have been meant
 * @param usage what it took
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
   * An image as it came.
   *
   * @param metadata its number, seed, size and recipe
   * @param png the file, whose checksums were verified
   */
  public record Picture(ImageMetadata metadata, byte[] png) {
    /** How it was made, as JSON. */
    public String recipe() {
      return metadata.getRecipe();
    }
  }
}
