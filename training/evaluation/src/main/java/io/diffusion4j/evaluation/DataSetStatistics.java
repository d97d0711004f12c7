package io.diffusion4j.evaluation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The statistics of a set of pictures.
 *
 * @param name the name of the set
 * @param pictures the number of pictures, broken ones included
 * @param sizes the sizes of the readable pictures
 * @param captions the captions of all pictures
 * @param model the captions as read by a model; empty if none was named
 * @param duplicates the keys of pictures with the same pixels, in groups of two or more
 * @param broken the keys of pictures that cannot be read, or whose captions cannot, each with the
 *     reason
 */
public record DataSetStatistics(
    String name,
    long pictures,
    Sizes sizes,
    Captions captions,
    Optional<Reading> model,
    List<List<String>> duplicates,
    List<String> broken) {
  /**
   * Sizes of pictures in pixels.
   *
   * @param shorterSides the number of pictures by their shorter side: a key n, a power of two,
   *     counts sides of at least n and less than 2n pixels
   */
  public record Sizes(Quantiles width, Quantiles height, SortedMap<Integer, Long> shorterSides) {}

  /**
   * Captions of pictures.
   *
   * @param captioned the number of pictures with at least one caption
   * @param count the number of all captions
   * @param words the words of a caption
   * @param bad the captions that cannot be read, by their faults
   * @param vocabulary the number of distinct words
   * @param frequent the most frequent words
   */
  public record Captions(
      long captioned,
      long count,
      Map<String, Long> bad,
      Quantiles words,
      long vocabulary,
      List<Word> frequent) {}

  /**
   * The captions as read by a model.
   *
   * @param tokens the tokens of a caption, with start and end, without those that are cut off
   * @param limit the largest number of tokens
   * @param cut the number of captions that are too long
   * @param unknown the number of distinct words that the model was not trained with, if it has a
   *     word list
   * @param frequentUnknown the most frequent of these words, with the number of captions
   */
  public record Reading(
      Quantiles tokens, int limit, long cut, Optional<Long> unknown, List<Word> frequentUnknown) {}

  /** A word and its frequency. */
  public record Word(String word, long count) {}

  /** Returns the share of unreadable pictures. */
  public double brokenShare() {
    return (double) broken.size() / pictures;
  }
}
