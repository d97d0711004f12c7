package io.diffusion4j.data;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * A data set for training the parts of a model. Every example is a pure function of a seed and an
 * index, so an interrupted training resumes with the same examples.
 */
public interface DataSet {
  /** Returns the name for messages and for the notes of trained weights. */
  String name();

  /**
   * Examples to train on, in the order of a seed and without end.
   *
   * @param imageSize height and width of the pictures
   */
  CaptionedImages examples(int imageSize, long seed);

  /**
   * Examples of several sizes, as {@link #examples}; consecutive examples that make a batch have
   * one size.
   *
   * @param batchSize the number of examples in a batch
   * @throws IllegalArgumentException if the data set has pictures of one size only
   */
  default CaptionedImages bucketed(ImageBuckets buckets, int batchSize, long seed) {
    throw Check.refusal("buckets", name(), "pictures in files, which are cut to several sizes");
  }

  /**
   * Examples for contrastive training, which distinguishes the pictures of a batch by their
   * captions. A data set may choose here which pictures share a batch.
   */
  default CaptionedImages contrasts(Contrasts wanted) {
    return examples(wanted.imageSize(), wanted.seed());
  }

  /**
   * The settings of contrastive training that a data set needs.
   *
   * @param imageSize height and width of the pictures
   * @param batchSize the number of consecutive examples that make a batch
   * @param seed the seed of the order
   * @param fresh whether the networks start from random weights
   */
  record Contrasts(int imageSize, int batchSize, long seed, boolean fresh) {}

  /**
   * Returns the captions to learn a vocabulary from, for a seed, each as often as it occurs.
   *
   * @param most the largest number of captions
   */
  Stream<String> captions(long seed, long most);

  /**
   * Returns the number of pictures, each of which comes once in an epoch; empty if there is no end.
   */
  default OptionalLong size() {
    return OptionalLong.empty();
  }

  /**
   * Returns the names of the classes of the pictures, by number; none if the pictures have no
   * classes. If there are any, the caption of each example is the name of its class.
   */
  default List<String> classes() {
    return List.of();
  }

  /** The use of a data set. */
  enum Use {
    /** {@link #contrasts} and {@link #captions}. */
    CONTRASTS,
    /** {@link #examples} with their captions. */
    CAPTIONED,
    /** {@link #examples} without their captions, unless these are {@link #classes}. */
    PICTURES
  }

  /** Returns the options of the preparation of examples for a use, by name; none by default. */
  default SortedMap<String, String> techniques(Use use) {
    return Collections.emptySortedMap();
  }

  /**
   * Returns the same data set with one of its techniques changed.
   *
   * @throws IllegalArgumentException if it has no technique of this name or the value is wrong
   */
  default DataSet with(String technique, String value) {
    throw new IllegalArgumentException("technique: " + technique + " (expected: none)");
  }

  /** Returns the embeddings of the examples that were computed before; empty if there are none. */
  default Optional<ImageEmbedder> embeddings() {
    return Optional.empty();
  }

  /**
   * Returns what the examples are made of, by name and without {@link #techniques}: a training
   * resumes only with the same. It does not contain the place of files.
   */
  default Map<String, String> origin() {
    return Map.of("data", name());
  }

  /** Returns the notes on the data set for the metadata of trained weights. */
  default Map<String, String> notes() {
    return Map.of("diffusion4j.data", name());
  }
}
