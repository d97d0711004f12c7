package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.part.TextEncoder;
import java.util.List;
import java.util.Optional;

/**
 * The space that the texts and the images of a model share, and the ways into it.
 *
 * @param size how many values an embedding has
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
   * How well a text describes each image: the cosine of the angle between their embeddings.
   *
   * @throws java.util.NoSuchElementException if there is no way to embed images
   */
  public List<Double> similarities(String text, List<Image> compared) {
    float[] embedding = texts.encode(List.of(text)).get(0).embedding();
    return images.orElseThrow().encode(compared).stream()
        .map(image -> Vectors.cosine(embedding, image))
        .toList();
  }
}
