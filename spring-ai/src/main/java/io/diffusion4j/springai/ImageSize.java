package io.diffusion4j.springai;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.serving.v1.Model;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.image.ImageOptions;

/** A size that options ask for. A model draws one size, so it is checked, not sent. */
record ImageSize(@Nullable Integer width, @Nullable Integer height) {
  static ImageSize of(ImageOptions options) {
    return new ImageSize(options.getWidth(), options.getHeight());
  }

  /** Fails unless the model draws this size. Of a model that there is not, the service tells. */
  void requireThatOf(String model, GenerationClient client) {
    if (width == null && height == null) {
      return;
    }
    client.models().stream()
        .filter(m -> model.isEmpty() ? m.getIsDefault() : m.getName().equals(model))
        .forEach(this::requireThatOf);
  }

  private void requireThatOf(Model model) {
    requireEqual("width", width, model.getImageWidth(), model.getName());
    requireEqual("height", height, model.getImageHeight(), model.getName());
  }

  private static void requireEqual(String name, @Nullable Integer asked, int drawn, String model) {
    if (asked != null && asked != drawn) {
      throw new IllegalArgumentException(
          name + ": " + asked + " (expected: " + drawn + ", which is what " + model + " draws)");
    }
  }
}
