package io.diffusion4j.data;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.component.ImageEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the image embeddings of examples: by an image tower, or by their keys among embeddings that
 * were computed before. They are not normalised.
 */
@FunctionalInterface
public interface ImageEmbedder {
  /** The number of examples that {@link #first} embeds at once. */
  int AT_ONCE = 64;

  /** Returns the embeddings of examples, one for each. */
  List<float[]> embed(List<CaptionedImage> examples);

  /**
   * Returns the embeddings and captions of the examples {@code from} to {@code from + count − 1},
   * which are decoded only if the embedder reads them.
   */
  default List<Embedded> embed(CaptionedImages data, long from, int count) {
    List<CaptionedImage> examples = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      examples.add(data.get(from + i));
    }
    List<float[]> embeddings = embed(examples);
    List<Embedded> embedded = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      embedded.add(new Embedded(embeddings.get(i), examples.get(i).caption()));
    }
    return embedded;
  }

  /** Returns the embeddings of the first examples, which are embedded batch by batch. */
  default List<float[]> first(CaptionedImages data, int count) {
    List<float[]> embeddings = new ArrayList<>(count);
    for (int from = 0; from < count; from += AT_ONCE) {
      int some = Math.min(AT_ONCE, count - from);
      embed(data, from, some).forEach(one -> embeddings.add(one.embedding()));
    }
    return embeddings;
  }

  /** Returns the identity of the CLIP that computed embeddings before; empty for an image tower. */
  default Optional<String> clip() {
    return Optional.empty();
  }

  /** Returns the keys of the pictures that have no embedding because they could not be read. */
  default Set<String> unreadable() {
    return Set.of();
  }

  /** Embeds by an image tower. */
  static ImageEmbedder by(ImageEncoder encoder) {
    return examples -> encoder.encode(examples.stream().map(CaptionedImage::image).toList());
  }

  /** The embedding of an example and its caption. */
  @SuppressWarnings("ArrayRecordComponent") // bulk data, compared by identity
  record Embedded(float[] embedding, String caption) {}
}
