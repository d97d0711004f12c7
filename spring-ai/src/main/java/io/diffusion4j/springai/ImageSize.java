package io.diffusion4j.springai;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.StageOptions;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.image.ImageOptions;

/**
 * A requested size. A model with several sizes draws it; for a model with a single size, it is
 * checked.
 */
record ImageSize(@Nullable Integer width, @Nullable Integer height) {
  static ImageSize of(ImageOptions options) {
    return new ImageSize(options.getWidth(), options.getHeight());
  }

  /**
   * Adds the size to a request. For an unknown model, the service reports the error.
   *
   * @throws IllegalArgumentException if the model draws only another size
   */
  GenerateImagesRequest asked(GenerateImagesRequest request, GenerationClient client) {
    if (width == null && height == null) {
      return request;
    }
    String name = request.getModel();
    return client.models().stream()
        .filter(m -> name.isEmpty() ? m.getIsDefault() : m.getName().equals(name))
        .findFirst()
        .map(model -> asked(request, model))
        .orElse(request);
  }

  private GenerateImagesRequest asked(GenerateImagesRequest request, Model model) {
    return model.getStagesList().stream()
        .filter(stage -> stage.getSizeUnit() > 0)
        .findFirst()
        .map(stage -> asked(request, stage))
        .orElseGet(
            () -> {
              requireEqual("width", width, model.getImageWidth(), model.getName());
              requireEqual("height", height, model.getImageHeight(), model.getName());
              return request;
            });
  }

  /** A size that is already in the request is kept. */
  private GenerateImagesRequest asked(GenerateImagesRequest request, ModelStage stage) {
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
