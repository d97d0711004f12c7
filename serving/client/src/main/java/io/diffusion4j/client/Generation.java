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
 * @param images the drawn images, in order, refused ones included
 * @param failures the failed images
 * @param warnings about possibly unintended settings
 * @param usage the usage of resources
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

  /** Returns the images with pixels: those that no filter refused. */
  public List<Picture> released() {
    return images.stream().filter(picture -> !picture.isRefused()).toList();
  }

  /**
   * A received image.
   *
   * @param metadata its number, seed, size, recipe and filter scores
   * @param png the file, whose checksums were verified; empty if a filter refused the image
   */
  public record Picture(ImageMetadata metadata, byte[] png) {
    /** Whether a filter of the server refused the image; {@code getRefusal} has the reason. */
    public boolean isRefused() {
      return metadata.hasRefusal();
    }

    /** Returns the recipe as JSON. */
    public String recipe() {
      return metadata.getRecipe();
    }
  }
}
