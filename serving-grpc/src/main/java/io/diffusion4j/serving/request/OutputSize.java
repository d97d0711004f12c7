package io.diffusion4j.serving.request;

import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.StageOptions;

/**
 * The size of output images that a request of an HTTP API specifies, in pixels. A model with
 * several sizes draws it; images of other models are resized by a {@link Resizer}.
 */
public record OutputSize(int width, int height) {
  /** The limit for all images of a response, whose files are in memory together. */
  public static final int MAX_PIXELS = 1 << 24;

  /** Returns the number of pixels. */
  public long pixels() {
    return (long) width * height;
  }

  /** Whether a response can have this many images. */
  public boolean fits(int images) {
    return images * pixels() <= MAX_PIXELS;
  }

  /** Returns the size in the API's form, such as {@code 512x512}. */
  @Override
  public String toString() {
    return width + "x" + height;
  }

  /** Requests this size from a model that draws it. */
  public void addTo(GenerateImagesRequest.Builder request, Model model) {
    for (ModelStage stage : model.getStagesList()) {
      boolean draws = Math.max(width, height) <= stage.getMaxSize();
      boolean own = width == stage.getImageWidth() && height == stage.getImageHeight();
      if (draws && !own) {
        var options =
            request
                .getStagesOrDefault(stage.getName(), StageOptions.getDefaultInstance())
                .toBuilder();
        options.getSizeBuilder().setWidth(width).setHeight(height);
        request.putStages(stage.getName(), options.build());
      }
    }
  }
}
