package io.diffusion4j.data;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * What the parts of a model are trained on. Every example is a pure function of a seed and an
 * index, so that an interrupted training goes on as if it had not been interrupted.
 */
public interface DataSet {
  /** What messages and the notes of trained weights call the data set. */
  String name();

  /**
   * Examples to train on, in the order of a seed and without end.
   *
   * @param imageSize height and width of the pictures
   */
  CaptionedImages examples(int imageSize, long seed);

  /**
   * Examples for contrastive training, where the pictures of a batch are told apart by their
   * captions. A data set that has a say in which pictures meet arranges them here.
   */
  default CaptionedImages contrasts(Contrasts wanted) {
    return examples(wanted.imageSize(), wanted.seed());
  }

  /**
   * Contrastive training as a data set needs to know it.
   *
   * @param imageSize height and width of the pictures
   * @param batchSize the number of consecutive examples that make a batch
   * @param seed of the order
   * @param fresh whether the networks start from random weights
   */
  record Contrasts(int imageSize, int batchSize, long seed, boolean fresh) {}

  /**
   * Captions to learn a vocabulary from: those of the examples of a seed, each as often as it
   * occurs.
   *
   * @param most the largest number of captions
   */
  Stream<String> captions(long seed, long most);

  /** The number of pictures, each of which comes once in an epoch; empty if there is no end. */
  default OptionalLong size() {
    return OptionalLong.empty();
  }

  /**
   * The names of the classes of the pictures, by number; none if the pictures have no classes. If
   * there are any, the caption of each example is the name of its class.
   */
  default List<String> classes() {
    return List.of();
  }

  /** What is taken from a data set. */
  enum Use {
    /** {@link #contrasts} and {@link #captions}. */
    CONTRASTS,
    /** {@link #examples} with their captions. */
    CAPTIONED,
    /** {@link #examples} without their captions, unless these are {@link #classes}. */
    PICTURES
  }

  /** The choices of how examples are prepared that matter to a use, by name; none by default. */
  default SortedMap<String, String> techniques(Use use) {
    return Collections.emptySortedMap();
  }

  /**
   * The same data set with one of its techniques changed.
   *
   * @throws IllegalArgumentException if it has no technique of this name or the value is wrong
   */
  default DataSet with(String technique, String value) {
    throw new IllegalArgumentException("technique: " + technique + " (expected: none)");
  }

  /** Embeddings of the examples that were computed before; empty if there are none. */
  default Optional<ImageEmbedder> embeddings() {
    return Optional.empty();
  }

  /** What the metadata of trained weights says of the data set. */
  default Map<String, String> notes() {
    return Map.of("diffusion4j.data", name());
  }
}
