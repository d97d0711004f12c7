package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import java.util.List;
import java.util.Optional;

/**
 * The joint embedding space of a model's texts and images, with its encoders.
 *
 * @param size the number of values of an embedding
 * @param texts embeds texts
 * @param images embeds images
 * @param prior draws image embeddings that a text could belong to
 */
public record Embedder(
    int size, TextEncoder texts, Optional<ImageEncoder> images, Optional<Prior> prior) {
  public Embedder {
    Check.that(size >= 1, "size", size, "≥ 1");
  }

  /**
   * Scores each image against a text: the cosine of their embeddings.
   *
   * @throws java.util.NoSuchElementException if the model cannot embed images
   */
  public List<Double> similarities(String text, List<Image> compared) {
    float[] embedding = texts.encode(List.of(text)).get(0).embedding();
    return images.orElseThrow().encode(compared).stream()
        .map(image -> Vectors.cosine(embedding, image))
        .toList();
  }
}
