package io.diffusion4j.client;

import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.StageOptions;
import org.jspecify.annotations.Nullable;

/**
 * A requested size of images. A model with several sizes draws it; for a model with a single size,
 * it is checked.
 *
 * @param width the width in pixels; null for the model's
 * @param height the height in pixels; null for the model's
 */
public record RequestedSize(@Nullable Integer width, @Nullable Integer height) {
  /** The model's size. */
  public static final RequestedSize DEFAULT = new RequestedSize(null, null);

  /**
   * Adds the size to a request. For an unknown model, the service reports the error.
   *
   * @throws IllegalArgumentException if the model draws only another size
   * @throws GenerationException if the models of the service cannot be listed
   */
  public GenerateImagesRequest addedTo(GenerateImagesRequest request, GenerationClient client) {
    if (width == null && height == null) {
      return request;
    }
    String name = request.getModel();
    return client.models().stream()
        .filter(m -> name.isEmpty() ? m.getIsDefault() : m.getName().equals(name))
        .findFirst()
        .map(model -> addedTo(request, model))
        .orElse(request);
  }

  /**
   * Adds the size to a request for this model.
   *
   * @throws IllegalArgumentException if the model draws only another size
   */
  public GenerateImagesRequest addedTo(GenerateImagesRequest request, Model model) {
    if (width == null && height == null) {
      return request;
    }
    return model.getStagesList().stream()
        .filter(stage -> stage.getSizeUnit() > 0)
        .findFirst()
        .map(stage -> addedTo(request, stage))
        .orElseGet(
            () -> {
              requireEqual("width", width, model.getImageWidth(), model.getName());
              requireEqual("height", height, model.getImageHeight(), model.getName());
              return request;
            });
  }

  /** A size that is already in the request is kept. */
  private GenerateImagesRequest addedTo(GenerateImagesRequest request, ModelStage stage) {
    var options =
        request.getStagesOrDefault(stage.getName(), StageOptions.getDefaultInstance()).toBuilder();
    if (!options.hasSize()) {
      options
          .getSizeBuilder()
          .setWidth(width == null ? stage.getImageWidth() : width)
          .setHeight(height == null ? stage.getImageHeight() : height);
    }
    return request.toBuilder().putStages(stage.getName(), options.build()).build();
  }

  private static void requireEqual(String name, @Nullable Integer asked, int drawn, String model) {
    if (asked != null && asked != drawn) {
      throw new IllegalArgumentException(
          name + ": " + asked + " (expected: " + drawn + ", which is what " + model + " draws)");
    }
  }
}
