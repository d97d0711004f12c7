package io.diffusion4j.openai;

import io.diffusion4j.serving.v1.ImageMetadata;
import java.util.ArrayList;
import java.util.List;

/**
 * The images of a response that filters refused. This API has no place for an image without data,
 * so they are left out; if all images are refused, the request is refused. Not thread-safe.
 */
final class RefusedImages {
  private final List<String> reasons = new ArrayList<>();

  /** Whether an image was released; the reason of a refused one is kept. */
  boolean isReleased(ImageMetadata image) {
    if (image.hasRefusal()) {
      reasons.add(image.getRefusal().getMessage());
    }
    return !image.hasRefusal();
  }

  boolean isEmpty() {
    return reasons.isEmpty();
  }

  int count() {
    return reasons.size();
  }

  /** Returns the error of a request all of whose images were refused. */
  OpenAiException toException() {
    return OpenAiException.moderated(String.join("; ", reasons));
  }
}
